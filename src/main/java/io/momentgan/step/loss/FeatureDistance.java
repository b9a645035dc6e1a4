package io.momentgan.step.loss;

import io.momentgan.config.LossConfig.Features.Distance;

/**
 * The distance between the mean features of generated and of real images, as the code of Salimans
 * et al. 2016 takes it: the mean over the features of the squared or absolute differences.
 *
 * @param value the distance
 * @param gradient with respect to the mean of the generated images' features
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record FeatureDistance(double value, double[] gradient) {
  /**
   * Compares means.
   *
   * @param means of the generated images' features, then of the real images'
   * @param distance which
   */
  public static FeatureDistance of(double[] means, Distance distance) {
    int features = means.length / 2;
    double value = 0;
    double[] gradient = new double[features];
    for (int j = 0; j < features; j++) {
      double difference = means[j] - means[features + j];
      boolean squared = distance == Distance.SQUARED;
      value += squared ? difference * difference : Math.abs(difference);
      gradient[j] = (squared ? 2 * difference : Math.signum(difference)) / features;
    }
    return new FeatureDistance(value / features, gradient);
  }
}
