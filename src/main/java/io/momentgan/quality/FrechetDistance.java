package io.momentgan.quality;

import java.util.ArrayList;
import java.util.List;
import org.apache.commons.math3.exception.MaxCountExceededException;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.apache.commons.math3.stat.regression.SimpleRegression;

/**
 * The Frechet distance between two sets of features, each taken as a Gaussian: {@code |mr - mg|^2 +
 * tr(Sr + Sg - 2 (Sr Sg)^1/2)} (Heusel et al. 2017, arXiv 1706.08500).
 *
 * <p>The trace of the root is the sum of the roots of the eigenvalues of the symmetric {@code
 * Sr^1/2 Sg Sr^1/2}, so that singular covariances need neither inverses nor complex numbers.
 */
public final class FrechetDistance {
  private final FeatureStatistics reference;
  private final RealMatrix root;

  /** Prepares distances to the statistics of the real features. */
  public FrechetDistance(FeatureStatistics reference) {
    this.reference = reference;
    this.root = squareRoot(covariance(reference));
  }

  /** Returns the distance of a set of features from the reference, 0 or more. */
  public double to(FeatureStatistics other) {
    double squares = 0;
    for (int j = 0; j < reference.dimension(); j++) {
      double d = reference.mean()[j] - other.mean()[j];
      squares += d * d;
    }
    RealMatrix product = symmetric(root.multiply(covariance(other)).multiply(root));
    double cross = 0;
    for (double eigenvalue : eigenvalues(product)) {
      cross += Math.sqrt(Math.max(0, eigenvalue));
    }
    return Math.max(0, squares + reference.trace() + other.trace() - 2 * cross);
  }

  // The eigenvalues are at least 0 except for rounding. The solver may not converge when most are
  // rounding errors, as with a collapsed generator; singular values are then equal, and always
  // found.
  private static double[] eigenvalues(RealMatrix product) {
    try {
      return new EigenDecomposition(product).getRealEigenvalues();
    } catch (MaxCountExceededException e) {
      return new SingularValueDecomposition(product).getSingularValues();
    }
  }

  /**
   * Extrapolates the distance to infinitely many samples: distances of parts of growing size
   * against 1/n, extended to 0 by a straight line (Chong and Forsyth 2020, arXiv 1911.07023).
   *
   * <p>Parts of a size do not overlap, and each size counts by the mean of its parts.
   *
   * @param parts statistics of parts of about the same size, at least two
   * @return the intercept; it may be negative near 0
   */
  public double atInfinity(List<FeatureStatistics> parts) {
    SimpleRegression line = new SimpleRegression();
    for (int together = 1; together <= parts.size(); together *= 2) {
      addPoint(grouped(parts, together), line);
    }
    if (Integer.bitCount(parts.size()) > 1) {
      addPoint(grouped(parts, parts.size()), line);
    }
    return line.getIntercept();
  }

  private void addPoint(List<FeatureStatistics> groups, SimpleRegression line) {
    double reciprocal = groups.stream().mapToDouble(g -> 1.0 / g.count()).average().orElseThrow();
    line.addData(reciprocal, groups.stream().mapToDouble(this::to).average().orElseThrow());
  }

  private static List<FeatureStatistics> grouped(List<FeatureStatistics> parts, int together) {
    List<FeatureStatistics> groups = new ArrayList<>();
    for (int from = 0; from + together <= parts.size(); from += together) {
      groups.add(
          parts.subList(from, from + together).stream()
              .reduce(FeatureStatistics::merge)
              .orElseThrow());
    }
    return groups;
  }

  private static RealMatrix covariance(FeatureStatistics statistics) {
    int d = statistics.dimension();
    double[][] rows = new double[d][d];
    for (int i = 0; i < d; i++) {
      for (int j = 0; j < d; j++) {
        rows[i][j] = statistics.covariance(i, j);
      }
    }
    return symmetric(MatrixUtils.createRealMatrix(rows));
  }

  // Averages with the transpose: after rounding the solver would treat the matrix as asymmetric.
  private static RealMatrix symmetric(RealMatrix matrix) {
    return matrix.add(matrix.transpose()).scalarMultiply(0.5);
  }

  private static RealMatrix squareRoot(RealMatrix matrix) {
    EigenDecomposition eigen = new EigenDecomposition(matrix);
    double[] roots = eigen.getRealEigenvalues();
    for (int i = 0; i < roots.length; i++) {
      roots[i] = Math.sqrt(Math.max(0, roots[i]));
    }
    return eigen
        .getV()
        .multiply(MatrixUtils.createRealDiagonalMatrix(roots))
        .multiply(eigen.getVT());
  }
}
