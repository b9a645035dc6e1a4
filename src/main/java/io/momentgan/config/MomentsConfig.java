package io.momentgan.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.Serializable;

/**
 * Moment stabilization: the generator's loss gains mean-weight * sum |mean difference| +
 * variance-weight * sum |variance difference| per feature.
 *
 * @param scope over which batches the moments are taken
 * @param perClass whether the images nearest to each class mean are compared by themselves, instead
 *     of all together; needs labels
 * @param meanWeight weight of the mean term; 0 measures without influence
 * @param varianceWeight weight of the variance term; 0 measures without influence
 */
public record MomentsConfig(Scope scope, boolean perClass, double meanWeight, double varianceWeight)
    implements Serializable {
  /** Checks each setting by itself. */
  public MomentsConfig {
    ConfigException.check(meanWeight >= 0, "moments.mean-weight", meanWeight, "0 or more");
    ConfigException.check(
        varianceWeight >= 0, "moments.variance-weight", varianceWeight, "0 or more");
    ConfigException.check(
        scope != Scope.NONE || (meanWeight == 0 && varianceWeight == 0),
        "moments.scope",
        "none with a weight above 0",
        "mean-weight and variance-weight of 0, or another scope");
    ConfigException.check(
        scope != Scope.NONE || !perClass,
        "moments.per-class",
        "true with moments.scope none",
        "false, or another scope");
  }

  /** Whether the penalty takes part in the generator's gradient. */
  public boolean penalised() {
    return meanWeight > 0 || varianceWeight > 0;
  }

  /** Over which batches moments are taken. */
  public enum Scope {
    /** The batches of all workers of the iteration together. */
    @JsonProperty("global")
    GLOBAL,
    /** Each worker's own batch. */
    @JsonProperty("partition")
    PARTITION,
    /** Generated: all workers' batches together; real: the whole data set. */
    @JsonProperty("dataset")
    DATASET,
    /** Moments are neither measured nor used. */
    @JsonProperty("none")
    NONE
  }
}
