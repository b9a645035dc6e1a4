package io.momentgan.averaging.merge;

import io.momentgan.network.ParameterLayout;

/**
 * A network's exponential moving average, counted in images (StyleGAN, arXiv 1812.04948).
 *
 * @param halfLife real images after which a network counts half; 0 for no average
 * @param rampUp the half-life is at most this share of the images seen so far; 0 for no ramp-up
 * @param layout of the network's parameters
 */
public record MovingAverage(double halfLife, double rampUp, ParameterLayout layout) {
  /**
   * Computes the average after a round of {@code images} real images, {@code seen} in all; empty
   * where none is kept. Running statistics of batch normalisation are averages already and are
   * copied from the newest network.
   */
  public float[] next(float[] average, float[] before, float[] after, long images, long seen) {
    if (halfLife == 0) {
      return new float[0];
    }
    double keep = Math.pow(0.5, images / halfLife(seen));
    float[] old = average.length == 0 ? before : average;
    float[] next = new float[after.length];
    for (int i = 0; i < next.length; i++) {
      next[i] = (float) (after[i] + keep * ((double) old[i] - after[i]));
    }
    layout.copyStatistics(after, next);
    return next;
  }

  private double halfLife(long seen) {
    return rampUp == 0 ? halfLife : Math.min(halfLife, rampUp * seen);
  }
}
