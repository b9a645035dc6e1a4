package io.momentgan.run.metrics;

import java.util.Comparator;

/**
 * A line about a checkpoint's generator, in tables that are in the order of rounds, then weights.
 *
 * @param <T> its type
 */
public interface EvaluationLine<T extends EvaluationLine<T>> extends Comparable<T> {
  /** Round of the checkpoint. */
  long round();

  /** Whose images: "raw" or "ema". */
  String weights();

  /** Whether it measures the weights of the checkpoint after a round. */
  default boolean isOf(long checkpoint, String itsWeights) {
    return round() == checkpoint && weights().equals(itsWeights);
  }

  /** Whether both are of the same images by the same measures. */
  boolean replaces(T other);

  @Override
  default int compareTo(T other) {
    return Comparator.<EvaluationLine<?>>comparingLong(EvaluationLine::round)
        .thenComparing(EvaluationLine::weights)
        .compare(this, other);
  }
}
