package io.momentgan.kernels.batch;

/** Mean and mean of squares of each channel, and the deviation that follows from them. */
final class ChannelMoments {
  private final double epsilon;
  private final double[] mean;
  private final double[] square;
  private final double[] deviation;

  ChannelMoments(int channels, double epsilon) {
    this.epsilon = epsilon;
    this.mean = new double[channels];
    this.square = new double[channels];
    this.deviation = new double[channels];
  }

  /**
   * Adds the values of a row.
   *
   * @param row its channels, one after the other
   * @param weight of each value
   */
  void add(double[] row, double weight) {
    int plane = row.length / mean.length;
    for (int c = 0; c < mean.length; c++) {
      double sum = 0;
      double squares = 0;
      for (int j = c * plane; j < (c + 1) * plane; j++) {
        sum += row[j];
        squares += row[j] * row[j];
      }
      mean[c] += weight * sum;
      square[c] += weight * squares;
    }
  }

  void add(ChannelMoments other, double weight) {
    for (int c = 0; c < mean.length; c++) {
      mean[c] += weight * other.mean[c];
      square[c] += weight * other.square[c];
    }
  }

  /** Computes the deviations. */
  void complete() {
    for (int c = 0; c < mean.length; c++) {
      double variance = Math.max(0, square[c] - mean[c] * mean[c]);
      deviation[c] = Math.sqrt(variance + epsilon);
    }
  }

  double mean(int channel) {
    return mean[channel];
  }

  double deviation(int channel) {
    return deviation[channel];
  }

  /** Normalises a channel of a row in place. */
  void normalise(double[] row, int channel, double gamma, double beta) {
    int plane = row.length / mean.length;
    double factor = gamma / deviation[channel];
    for (int j = channel * plane; j < (channel + 1) * plane; j++) {
      row[j] = (row[j] - mean[channel]) * factor + beta;
    }
  }
}
