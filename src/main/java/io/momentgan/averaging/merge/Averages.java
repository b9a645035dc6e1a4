package io.momentgan.averaging.merge;

import io.momentgan.network.ParameterLayout;
import io.momentgan.network.state.NetworkState;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Weighted averages of networks, folded in rank order in double, so that they are the same bits
 * each time. One network is returned bit for bit.
 */
public final class Averages {
  private static final int PIECE = 65_536;

  private Averages() {}

  /**
   * Averages networks in rank order, by weights that sum to 1: parameters and Adam's moments
   * arithmetically, running statistics of batch normalisation pooled. All have made the same number
   * of updates.
   */
  public static NetworkState of(
      List<NetworkState> states, double[] weights, ParameterLayout layout) {
    List<float[]> params = states.stream().map(NetworkState::params).toList();
    float[] average = weighted(params, weights);
    if (states.size() > 1) {
      pool(params.stream().map(layout::statisticsOf).toList(), weights, layout, average);
    }
    return new NetworkState(
        average,
        weighted(states.stream().map(NetworkState::updaterState).toList(), weights),
        states.get(0).updates());
  }

  /** Weights in proportion to samples. */
  public static double[] weights(List<Long> samples) {
    double total = samples.stream().mapToLong(Long::longValue).sum();
    return samples.stream().mapToDouble(n -> n / total).toArray();
  }

  /**
   * Averages vectors of one length in rank order, by weights that sum to 1. Each value is averaged
   * by itself, so parts of vectors give the same bits as the whole.
   */
  public static float[] weighted(List<float[]> vectors, double[] weights) {
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
   *
   * @param statistics each network's means and variances, as {@link ParameterLayout#statisticsOf}
   *     gives them
   * @param weights which sum to 1
   * @param layout of the networks' parameters
   * @param into parameters that get the pooled variances
   */
  public static void pool(
      List<float[]> statistics, double[] weights, ParameterLayout layout, float[] into) {
    int at = 0;
    for (ParameterLayout.RunningStatistics s : layout.statistics()) {
      pool(statistics, weights, at, s.variance(), into);
      at += s.mean().length() + s.variance().length();
    }
  }

  private static void pool(
      List<float[]> statistics, double[] weights, int at, ParameterLayout.Range of, float[] into) {
    for (int j = 0; j < of.length(); j++) {
      double mean = 0;
      for (int k = 0; k < weights.length; k++) {
        mean += weights[k] * statistics.get(k)[at + j];
      }
      double variance = 0;
      for (int k = 0; k < weights.length; k++) {
        double d = statistics.get(k)[at + j] - mean;
        variance += weights[k] * (statistics.get(k)[at + of.length() + j] + d * d);
      }
      into[of.from() + j] = (float) variance;
    }
  }
}
