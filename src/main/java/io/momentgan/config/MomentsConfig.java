package io.momentgan.config;

import static io.momentgan.config.ConfigException.check;

import java.io.Serializable;

/**
 * Moment stabilization: the generator's loss gains mean-weight * sum |mean difference| +
 * variance-weight * sum |variance difference| per feature.
 *
 * @param scope the batches whose moments are taken
 * @param perClass whether to compare the images nearest to each class mean separately, instead of
 *     all together; needs labels
 * @param meanWeight weight of the mean term; 0 measures without influence
 * @param varianceWeight weight of the variance term; 0 measures without influence
 */
public record MomentsConfig(Scope scope, boolean perClass, double meanWeight, double varianceWeight)
    implements Serializable {
  public MomentsConfig {
    check(meanWeight >= 0, "mean-weight", meanWeight, "0 or more");
    check(varianceWeight >= 0, "variance-weight", varianceWeight, "0 or more");
    check(
        scope != Scope.NONE || (meanWeight == 0 && varianceWeight == 0),
        "scope",
        "none with a weight above 0",
        "mean-weight and variance-weight of 0, or another scope");
    check(
        scope != Scope.NONE || !perClass,
        "per-class",
        "true with moments.scope none",
        "false, or another scope");
  }

  /** Whether the penalty takes part in the generator's gradient. */
  public boolean penalised() {
    return meanWeight > 0 || varianceWeight > 0;
  }

  /** The batches whose moments are taken. */
  public enum Scope {
    /** The batches of all workers of the iteration together. */
    GLOBAL,
    /** Each worker's own batch. */
    PARTITION,
    /** Generated: all workers' batches together; real: the whole data set. */
    DATASET,
    /** Moments are neither measured nor used. */
    NONE
  }
}
