package io.momentgan.report;

import java.util.Arrays;

/**
 * Mean and spread of a figure over the runs of an experiment that differ in their seeds.
 *
 * @param mean over the runs
 * @param deviation sample standard deviation; NaN for a single run
 * @param runs number of runs
 */
record Spread(double mean, double deviation, int runs) {
  /** Of the values that are there; NaN stands for none. */
  static Spread of(double... values) {
    double[] known = Arrays.stream(values).filter(Double::isFinite).toArray();
    double mean = Arrays.stream(known).average().orElse(Double.NaN);
    double squares = Arrays.stream(known).map(v -> (v - mean) * (v - mean)).sum();
    return new Spread(
        mean,
        known.length < 2 ? Double.NaN : Math.sqrt(squares / (known.length - 1)),
        known.length);
  }

  /** Mean ± deviation, as a measure is written. */
  String text(QualityMeasure measure) {
    return Double.isFinite(deviation)
        ? measure.text(mean) + " ± " + measure.text(deviation)
        : measure.text(mean);
  }
}
