package io.momentgan.bench;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Locale;

/**
 * Median and quartiles of repeated measurements.
 *
 * @param low first quartile
 * @param median middle
 * @param high third quartile
 */
public record Spread(double low, double median, double high) implements Serializable {
  /**
   * The spread of measurements.
   *
   * @param values at least one
   */
  public static Spread of(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int last = sorted.length - 1;
    return new Spread(
        sorted[(int) Math.round(0.25 * last)],
        sorted[(int) Math.round(0.5 * last)],
        sorted[(int) Math.round(0.75 * last)]);
  }

  /**
   * The spread of the ratios of measurements that were made in turns.
   *
   * @param values at least one
   * @param others as many
   */
  public static Spread ofRatios(double[] values, double[] others) {
    return of(ratios(values, others));
  }

  /**
   * The least, median and largest ratio of measurements that were made in turns.
   *
   * @param values at least one
   * @param others as many
   */
  public static Spread extremesOfRatios(double[] values, double[] others) {
    double[] ratios = ratios(values, others);
    return new Spread(
        Arrays.stream(ratios).min().orElseThrow(),
        of(ratios).median(),
        Arrays.stream(ratios).max().orElseThrow());
  }

  private static double[] ratios(double[] values, double[] others) {
    double[] ratios = new double[values.length];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = values[i] / others[i];
    }
    return ratios;
  }

  /**
   * As text.
   *
   * @param decimals digits after the point
   * @return such as {@code 1.25 (1.20-1.31)}
   */
  public String text(int decimals) {
    String number = "%." + decimals + "f";
    return String.format(
        Locale.ROOT, number + " (" + number + "-" + number + ")", median, low, high);
  }
}
