package io.momentgan.averaging;

import io.momentgan.network.ParameterLayout;
import io.momentgan.network.state.NetworkState;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Weighted averages of networks, folded in rank order in double, so that they are the same bits
 * each time. One network is returned bit for bit.
 */
final class Averages {
  private static final int PIECE = 65_536;

  private Averages() {}

  /**
   * Averages networks in rank order, by weights that sum to 1: parameters and Adam's moments
   * arithmetically, running statistics of batch normalisation pooled. All have made the same number
   * of updates.
   */
  static NetworkState of(List<NetworkState> states, double[] weights, ParameterLayout layout) {
    List<float[]> params = states.stream().map(NetworkState::params).toList();
    float[] average = weighted(params, weights);
    if (states.size() > 1) {
      layout.statistics().forEach(s -> pool(params, weights, s, average));
    }
    return new NetworkState(
        average,
        weighted(states.stream().map(NetworkState::updaterState).toList(), weights),
        states.get(0).updates());
  }

  /** Weights in proportion to samples. */
  static double[] weights(List<Long> samples) {
    double total = samples.stream().mapToLong(Long::longValue).sum();
    return samples.stream().mapToDouble(n -> n / total).toArray();
  }

  static float[] weighted(List<float[]> vectors, double[] weights) {
    if (vectors.size() == 1) {
      return vectors.get(0);
    }
    int length = vectors.get(0).length;
    float[] average = new float[length];
    int pieces = (length + PIECE - 1) / PIECE;
    // Each value is averaged by itself, so threads may take the pieces in any order.
    IntStream.range(0, pieces)
        .parallel()
        .forEach(
            p -> average(vectors, weights, average, p * PIECE, Math.min(length, (p + 1) * PIECE)));
    return average;
  }

  private static void average(
      List<float[]> vectors, double[] weights, float[] average, int from, int to) {
    if (vectors.size() == 2 && weights[0] == 0.5 && weights[1] == 0.5) {
      halve(vectors.get(0), vectors.get(1), average, from, to);
    } else {
      fold(vectors, weights, average, from, to);
    }
  }

  private static void halve(float[] left, float[] right, float[] average, int from, int to) {
    // Halves of floats are exact, so their sum is rounded once, as in double.
    for (int i = from; i < to; i++) {
      average[i] = 0.5f * left[i] + 0.5f * right[i];
    }
  }

  private static void fold(
      List<float[]> vectors, double[] weights, float[] average, int from, int to) {
    double[] sum = new double[to - from];
    for (int k = 0; k < weights.length; k++) {
      float[] vector = vectors.get(k);
      double weight = weights[k];
      for (int i = 0; i < sum.length; i++) {
        sum[i] += weight * vector[from + i];
      }
    }
    for (int i = 0; i < sum.length; i++) {
      average[from + i] = (float) sum[i];
    }
  }

  /**
   * Pools variances: mean of the variances plus variance of the means (Chan, Golub and LeVeque).
   * The mean of the variances alone would miss the differences between workers.
   */
  private static void pool(
      List<float[]> params, double[] weights, ParameterLayout.RunningStatistics at, float[] into) {
    for (int j = 0; j < at.mean().length(); j++) {
      double mean = 0;
      for (int k = 0; k < weights.length; k++) {
        mean += weights[k] * params.get(k)[at.mean().from() + j];
      }
      double variance = 0;
      for (int k = 0; k < weights.length; k++) {
        double d = params.get(k)[at.mean().from() + j] - mean;
        variance += weights[k] * (params.get(k)[at.variance().from() + j] + d * d);
      }
      into[at.variance().from() + j] = (float) variance;
    }
  }
}
