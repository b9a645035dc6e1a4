package io.momentgan.kernels.batch;

/**
 * Gradients with respect to the moments that normalise some rows, and to gamma and beta, for each
 * channel.
 *
 * <p>With e the gradient with respect to the output gamma (x - m) / s + beta, and s = sqrt(q - m^2
 * + epsilon): the gradient with respect to q is -gamma sum(e (x - m)) / (2 s^3), and with respect
 * to m, -gamma sum(e) / s - 2 m times that.
 */
final class MomentErrors {
  private final double[] scales;
  private final double[] gamma;
  private final double[] beta;
  private final double[] mean;
  private final double[] square;

  MomentErrors(double[] scales) {
    this.scales = scales;
    this.gamma = new double[scales.length];
    this.beta = new double[scales.length];
    this.mean = new double[scales.length];
    this.square = new double[scales.length];
  }

  /** Makes an empty one of the same scales. */
  MomentErrors likewise() {
    return new MomentErrors(scales);
  }

  /**
   * Adds what a row gives to gamma and beta.
   *
   * @param x the row
   * @param e gradient with respect to its output
   * @param moments that normalised it
   */
  void add(double[] x, double[] e, ChannelMoments moments) {
    int plane = x.length / scales.length;
    for (int c = 0; c < scales.length; c++) {
      double sum = 0;
      double products = 0;
      double mean = moments.mean(c);
      for (int j = c * plane; j < (c + 1) * plane; j++) {
        sum += e[j];
        products += e[j] * (x[j] - mean);
      }
      beta[c] += sum;
      gamma[c] += products / moments.deviation(c);
    }
  }

  /** Computes the gradients with respect to the moments from those to gamma and beta. */
  void complete(ChannelMoments moments) {
    for (int c = 0; c < scales.length; c++) {
      double s = moments.deviation(c);
      square[c] = -scales[c] * gamma[c] / (2 * s * s);
      mean[c] = -scales[c] * beta[c] / s - 2 * moments.mean(c) * square[c];
    }
  }

  void addParameters(MomentErrors other) {
    for (int c = 0; c < scales.length; c++) {
      gamma[c] += other.gamma[c];
      beta[c] += other.beta[c];
    }
  }

  void addMoments(MomentErrors other, double weight) {
    for (int c = 0; c < scales.length; c++) {
      mean[c] += weight * other.mean[c];
      square[c] += weight * other.square[c];
    }
  }

  /**
   * Overwrites the gradient with respect to a row's output by that with respect to the row.
   *
   * @param weight of each of its values in the moments
   */
  void toInput(double[] x, double[] e, ChannelMoments moments, double weight) {
    int plane = x.length / scales.length;
    for (int c = 0; c < scales.length; c++) {
      double ofOutput = scales[c] / moments.deviation(c);
      double ofMean = weight * mean[c];
      double ofSquare = weight * 2 * square[c];
      for (int j = c * plane; j < (c + 1) * plane; j++) {
        e[j] = e[j] * ofOutput + ofMean + x[j] * ofSquare;
      }
    }
  }

  double[] gamma() {
    return gamma;
  }

  double[] beta() {
    return beta;
  }
}
