package io.momentgan.moments;

import java.util.List;

/**
 * The distance between the moments of two real batches of one size. A smaller distance does not
 * tell a generator from the data.
 *
 * @param mean mean of the mean term over pairs of batches
 * @param meanSd standard deviation of the mean term
 * @param variance mean of the variance term over pairs of batches
 * @param varianceSd standard deviation of the variance term
 */
public record NoiseFloor(double mean, double meanSd, double variance, double varianceSd) {
  /** The floor where nothing is measured. */
  public static final NoiseFloor NONE = new NoiseFloor(0, 0, 0, 0);

  /**
   * Takes means and standard deviations of at least two distances between pairs of real batches.
   */
  public static NoiseFloor of(List<MomentDistance> distances) {
    double[] means = distances.stream().mapToDouble(MomentDistance::mean).toArray();
    double[] variances = distances.stream().mapToDouble(MomentDistance::variance).toArray();
    return new NoiseFloor(average(means), sd(means), average(variances), sd(variances));
  }

  private static double average(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  private static double sd(double[] values) {
    double mean = average(values);
    double sum = 0;
    for (double value : values) {
      sum += (value - mean) * (value - mean);
    }
    return Math.sqrt(sum / (values.length - 1));
  }
}
