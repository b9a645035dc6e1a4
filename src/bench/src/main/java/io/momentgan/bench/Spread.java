package io.momentgan.bench;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * Spread of repeated measurements.
 *
 * @param least smallest
 * @param low first quartile
 * @param median middle
 * @param high third quartile
 * @param most largest
 */
record Spread(double least, double low, double median, double high, double most)
    implements Serializable {
  /**
   * Sorts measurements.
   *
   * @param values at least one
   */
  static Spread of(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int last = sorted.length - 1;
    return new Spread(
        sorted[0],
        sorted[(int) Math.round(0.25 * last)],
        sorted[(int) Math.round(0.5 * last)],
        sorted[(int) Math.round(0.75 * last)],
        sorted[last]);
  }

  /** Divides measurements by others that were made in turns with them. */
  static Spread ofRatios(double[] values, double[] others) {
    return of(IntStream.range(0, values.length).mapToDouble(i -> values[i] / others[i]).toArray());
  }

  /** Text such as {@code 1.25 (1.20-1.31)}: median and quartiles. */
  String quartiles(int decimals) {
    return text(decimals, low, high);
  }

  /** Text such as {@code 1.25 (1.10-1.40)}: median, smallest and largest. */
  String extremes(int decimals) {
    return text(decimals, least, most);
  }

  private String text(int decimals, double from, double to) {
    String number = "%." + decimals + "f";
    return String.format(
        Locale.ROOT, number + " (" + number + "-" + number + ")", median, from, to);
  }
}
