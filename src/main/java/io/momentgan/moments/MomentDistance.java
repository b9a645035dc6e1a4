package io.momentgan.moments;

/**
 * How far the moments of two sets of images are apart, in the units that the original notebooks
 * print: {@code 0.1 * sum_j |difference_j|} over the features j.
 *
 * @param mean the mean term, 0 or more
 * @param variance the variance term (biased variances), 0 or more; the detector of mode collapse
 */
public record MomentDistance(double mean, double variance) {
  private static final double SCALE = 0.1;

  /**
   * The variance term between images and others that are all alike: {@code 0.1 * sum_j v_j}.
   *
   * @param moments of at least one image
   */
  public static double ofAllAlike(Moments moments) {
    double variance = 0;
    for (int j = 0; j < moments.features(); j++) {
      variance += moments.variance(j);
    }
    return SCALE * variance;
  }

  /** Takes the distance between moments of at least one row each and of the same features. */
  public static MomentDistance between(Moments a, Moments b) {
    double mean = 0;
    double variance = 0;
    for (int j = 0; j < a.features(); j++) {
      mean += Math.abs(a.mean()[j] - b.mean()[j]);
      variance += Math.abs(a.variance(j) - b.variance(j));
    }
    return new MomentDistance(SCALE * mean, SCALE * variance);
  }
}
