package io.momentgan.quality;

import java.io.Serializable;

/**
 * Number, mean and summed products of deviations of a set of feature vectors, in double.
 *
 * <p>Mergeable without loss of precision: {@code C = Ca + Cb + d d' na nb / (na + nb)} with d the
 * difference of means (Chan, Golub and LeVeque, STAN-CS-79-773).
 *
 * @param count number of vectors
 * @param mean mean [d]; never mutated
 * @param comoments sums of products of deviations [d * d], row after row; never mutated
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record FeatureStatistics(long count, double[] mean, double[] comoments)
    implements Serializable {
  public FeatureStatistics {
    if (count < 0 || comoments.length != mean.length * mean.length) {
      throw new IllegalArgumentException(
          "Invalid statistics: count %d, %d means, %d products (must be their square)"
              .formatted(count, mean.length, comoments.length));
    }
  }

  /**
   * Sums up vectors in two passes.
   *
   * @param rows values [count, dimension], row after row
   * @param dimension values of a vector
   */
  public static FeatureStatistics of(float[] rows, int dimension) {
    int count = rows.length / dimension;
    double[] mean = mean(rows, dimension);
    double[] products = new double[dimension * dimension];
    double[] deviation = new double[dimension];
    for (int i = 0; i < count; i++) {
      for (int j = 0; j < dimension; j++) {
        deviation[j] = rows[i * dimension + j] - mean[j];
      }
      addProducts(deviation, 1, products);
    }
    return new FeatureStatistics(count, mean, products);
  }

  private static double[] mean(float[] rows, int dimension) {
    double[] mean = new double[dimension];
    for (int at = 0; at < rows.length; at++) {
      mean[at % dimension] += rows[at];
    }
    for (int j = 0; j < dimension; j++) {
      mean[j] /= Math.max(1, rows.length / dimension);
    }
    return mean;
  }

  private static void addProducts(double[] deviation, double weight, double[] products) {
    int dimension = deviation.length;
    for (int j = 0; j < dimension; j++) {
      double factor = weight * deviation[j];
      if (factor != 0) {
        for (int k = 0; k < dimension; k++) {
          products[j * dimension + k] += factor * deviation[k];
        }
      }
    }
  }

  /** Number of values of a vector. */
  public int dimension() {
    return mean.length;
  }

  /** Adds the statistics of other vectors of the same dimension. */
  public FeatureStatistics merge(FeatureStatistics other) {
    if (other.dimension() != dimension()) {
      throw new IllegalArgumentException(
          "Invalid merge: %d and %d features".formatted(dimension(), other.dimension()));
    }
    if (count == 0 || other.count == 0) {
      return count == 0 ? other : this;
    }
    long total = count + other.count;
    double share = (double) other.count / total;
    double[] difference = new double[mean.length];
    double[] newMean = new double[mean.length];
    for (int j = 0; j < mean.length; j++) {
      difference[j] = other.mean[j] - mean[j];
      newMean[j] = mean[j] + difference[j] * share;
    }
    double[] products = comoments.clone();
    for (int j = 0; j < products.length; j++) {
      products[j] += other.comoments[j];
    }
    addProducts(difference, count * share, products);
    return new FeatureStatistics(total, newMean, products);
  }

  /** An entry of the unbiased covariance. */
  public double covariance(int row, int column) {
    return comoments[row * dimension() + column] / Math.max(1, count - 1);
  }

  /** Sum of the variances. */
  public double trace() {
    double sum = 0;
    for (int j = 0; j < dimension(); j++) {
      sum += covariance(j, j);
    }
    return sum;
  }
}
