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
