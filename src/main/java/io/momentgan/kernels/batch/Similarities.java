package io.momentgan.kernels.batch;

import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * How close the rows of a batch are, for each of several kernels: exp(-L1 distance) of each pair of
 * vectors of some dimensions.
 */
// One loop index for all arrays, so that the JIT compiler vectorises the loops over the kernels.
final class Similarities {
  private static final double STEEP = 1e300; // makes a sign of each difference but 0
  private static final double FARTHEST = 40; // exp(-40) is 4e-18, nothing beside the bias

  /** Coefficients of the Taylor series of exp(-x) but for the first two. */
  private static final double C2 = 1.0 / 2;

  private static final double C3 = -1.0 / 6;
  private static final double C4 = 1.0 / 24;
  private static final double C5 = -1.0 / 120;
  private static final double C6 = 1.0 / 720;
  private static final double C7 = -1.0 / 5040;
  private static final double C8 = 1.0 / 40_320;
  private static final double C9 = -1.0 / 362_880;

  private final int kernels;
  private final int dimensions;
  private double[][][] vectors = {};
  private double[][] pairs = {};

  Similarities(int kernels, int dimensions) {
    this.kernels = kernels;
    this.dimensions = dimensions;
  }

  /**
   * Compares each row with each other; keeps the results for {@link #backpropagate}.
   *
   * @param rows [n, dimensions * kernels], dimension by dimension
   * @return sums of the similarities to all other rows [n, kernels]
   */
  double[] sums(double[] rows) {
    take(rows);
    int n = vectors.length;
    int count = n * (n - 1) / 2;
    if (pairs.length < count || (count > 0 && pairs[0].length != kernels)) {
      pairs = new double[count][kernels];
    }
    return sums(pair -> pairs[pair]);
  }

  /** Computes {@link #sums} without keeping results, which take memory for each pair of rows. */
  double[] sumsOnly(double[] rows) {
    take(rows);
    double[] similarity = new double[kernels];
    return sums(pair -> similarity);
  }

  private double[] sums(IntFunction<double[]> memory) {
    int n = vectors.length;
    double[][] sums = new double[n][kernels];
    int pair = 0;
    for (int i = 0; i < n; i++) {
      for (int j = i + 1; j < n; j++) {
        double[] similarity = memory.apply(pair++);
        distance(i, j, similarity);
        toSimilarity(similarity);
        add(similarity, sums[i]);
        add(similarity, sums[j]);
      }
    }
    return flat(sums);
  }

  /**
   * Computes how far the nearest other row is.
   *
   * @param rows [n, dimensions * kernels] of at least 2 rows, dimension by dimension
   * @return mean over the rows, for each kernel
   */
  double[] nearest(double[] rows) {
    take(rows);
    int n = vectors.length;
    double[][] nearest = new double[n][kernels];
    Arrays.stream(nearest).forEach(row -> Arrays.fill(row, Double.POSITIVE_INFINITY));
    double[] distance = new double[kernels];
    for (int i = 0; i < n; i++) {
      for (int j = i + 1; j < n; j++) {
        distance(i, j, distance);
        takeSmaller(distance, nearest[i]);
        takeSmaller(distance, nearest[j]);
      }
    }
    double[] mean = new double[kernels];
    for (double[] row : nearest) {
      add(row, mean);
    }
    return Arrays.stream(mean).map(sum -> sum / n).toArray();
  }

  private static void takeSmaller(double[] some, double[] into) {
    for (int b = 0; b < into.length; b++) {
      into[b] = Math.min(into[b], some[b]);
    }
  }

  private void take(double[] rows) {
    int width = dimensions * kernels;
    vectors = new double[rows.length / width][dimensions][];
    for (int i = 0; i < vectors.length; i++) {
      for (int k = 0; k < dimensions; k++) {
        int from = i * width + k * kernels;
        vectors[i][k] = Arrays.copyOfRange(rows, from, from + kernels);
      }
    }
  }

  private void distance(int i, int j, double[] into) {
    setDistance(vectors[i][0], vectors[j][0], into);
    for (int k = 1; k < dimensions; k++) {
      addDistance(vectors[i][k], vectors[j][k], into);
    }
  }

  private static void setDistance(double[] some, double[] others, double[] into) {
    for (int b = 0; b < into.length; b++) {
      into[b] = Math.abs(some[b] - others[b]);
    }
  }

  private static void addDistance(double[] some, double[] others, double[] sum) {
    for (int b = 0; b < sum.length; b++) {
      sum[b] += Math.abs(some[b] - others[b]);
    }
  }

  /**
   * Overwrites distances d by exp(-d), as exp(-d / 256) to the power of 256, with a relative error
   * below 1e-12. Beyond {@link #FARTHEST} it stays the same.
   */
  // Math.exp is scalar, and took a quarter of the layer's time.
  private static void toSimilarity(double[] distance) {
    for (int b = 0; b < distance.length; b++) {
      double x = Math.min(FARTHEST, distance[b]) / 256;
      double y = C8 + x * C9;
      y = C7 + x * y;
      y = C6 + x * y;
      y = C5 + x * y;
      y = C4 + x * y;
      y = C3 + x * y;
      y = C2 + x * y;
      y = 1 + x * (x * y - 1);
      y *= y;
      y *= y;
      y *= y;
      y *= y;
      y *= y;
      y *= y;
      y *= y;
      distance[b] = y * y;
    }
  }

  private static void add(double[] term, double[] sum) {
    for (int b = 0; b < sum.length; b++) {
      sum[b] += term[b];
    }
  }

  /**
   * Backpropagates through the last {@link #sums}. Equal components have the subgradient 0.
   *
   * @param errors gradient with respect to the sums [n, kernels]
   * @return gradient with respect to the rows
   */
  double[] backpropagate(double[] errors) {
    int n = vectors.length;
    double[][] ofSums = new double[n][];
    for (int i = 0; i < n; i++) {
      ofSums[i] = Arrays.copyOfRange(errors, i * kernels, (i + 1) * kernels);
    }
    double[][][] gradient = new double[n][dimensions][kernels];
    double[] slope = new double[kernels];
    int pair = 0;
    for (int i = 0; i < n; i++) {
      for (int j = i + 1; j < n; j++) {
        setSlope(ofSums[i], ofSums[j], pairs[pair++], slope);
        for (int k = 0; k < dimensions; k++) {
          addSigned(slope, vectors[i][k], vectors[j][k], gradient[i][k], gradient[j][k]);
        }
      }
    }
    return flat(Arrays.stream(gradient).flatMap(Arrays::stream).toArray(double[][]::new));
  }

  /** Computes the gradient with respect to the distance of a pair. */
  private static void setSlope(double[] some, double[] others, double[] similarity, double[] into) {
    for (int b = 0; b < into.length; b++) {
      into[b] = -(some[b] + others[b]) * similarity[b];
    }
  }

  private static void addSigned(
      double[] slope, double[] some, double[] others, double[] ofSome, double[] ofOthers) {
    for (int b = 0; b < slope.length; b++) {
      double sign = Math.max(-1, Math.min(1, (some[b] - others[b]) * STEEP));
      double term = slope[b] * sign;
      ofSome[b] += term;
      ofOthers[b] -= term;
    }
  }

  private double[] flat(double[][] rows) {
    double[] flat = new double[rows.length * kernels];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, flat, i * kernels, kernels);
    }
    return flat;
  }
}
