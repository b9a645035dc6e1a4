package io.momentgan.moments;

/**
 * The moment penalty of a generated batch and its gradient.
 *
 * <p>With m and v the mean and biased variance per feature j of generated (g) and real (x) images:
 * {@code P = wm * sum_j |m_j(g) - m_j(x)| + wv * sum_j |v_j(g) - v_j(x)|}. Its gradient with
 * respect to a generated value is {@code dP/dg_ij = (wm * sign(dm_j) + 2 wv * sign(dv_j) * (g_ij -
 * m_j(g))) / N} with sign(0) = 0 and N the number of images behind m(g). Real moments are
 * constants. With the moments of all workers' batches together, this is the exact gradient of the
 * global penalty for this worker's images.
 *
 * <p>{@link #shift} and {@link #factor} leave the 1/N out: Deeplearning4j sums over the batch and
 * divides in the updater.
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record MomentPenalty(double value, double[] shift, double[] factor) {
  static MomentPenalty constant(double value, int features) {
    return new MomentPenalty(value, new double[features], new double[features]);
  }

  /**
   * Takes the penalty between generated and real moments, by the weights wm and wv, 0 or more.
   *
   * @return value and per-feature coefficients: N * dP/dg_ij = shift_j + factor_j * g_ij
   */
  public static MomentPenalty of(
      Moments generated, Moments real, double meanWeight, double varianceWeight) {
    int features = generated.features();
    double[] shift = new double[features];
    double[] factor = new double[features];
    double value = 0;
    for (int j = 0; j < features; j++) {
      double dm = generated.mean()[j] - real.mean()[j];
      double dv = generated.variance(j) - real.variance(j);
      value += meanWeight * Math.abs(dm) + varianceWeight * Math.abs(dv);
      factor[j] = 2 * varianceWeight * Math.signum(dv);
      shift[j] = meanWeight * Math.signum(dm) - factor[j] * generated.mean()[j];
    }
    return new MomentPenalty(value, shift, factor);
  }
}
