package io.momentgan.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.Serializable;
import java.util.List;
import java.util.Locale;

/**
 * Measuring quality while a training goes on.
 *
 * @param every epochs between evaluations; 0 for none
 * @param samples images drawn for an evaluation
 * @param weights whose images
 * @param bestBy the measure that the best checkpoint is chosen by, and that patience waits for
 * @param patience evaluations without a better one after which the training stops; 0 for never
 */
public record EvaluationConfig(
    int every, int samples, Weights weights, Measure bestBy, int patience) implements Serializable {
  private static final int LEAST_SAMPLES = 100;

  /** Checks each setting by itself. */
  public EvaluationConfig {
    ConfigException.check(every >= 0, "evaluation.every", every, "0 (never) or more epochs");
    ConfigException.check(
        samples >= LEAST_SAMPLES, "evaluation.samples", samples, "at least " + LEAST_SAMPLES);
    ConfigException.check(
        patience >= 0, "evaluation.patience", patience, "0 (never) or more evaluations");
    ConfigException.check(
        patience == 0 || every > 0,
        "evaluation.patience",
        patience,
        "0 where evaluation.every is 0 (nothing is evaluated)");
  }

  /** Whose images are measured. */
  public enum Weights {
    /** The generator as trained. */
    @JsonProperty("raw")
    RAW,
    /** The moving average of its weights. */
    @JsonProperty("ema")
    EMA,
    /** Both, one after the other; the average decides which checkpoint is best. */
    @JsonProperty("both")
    BOTH;

    /** One after the other; the last one decides which checkpoint is best. */
    public List<Weights> each() {
      return this == BOTH ? List.of(RAW, EMA) : List.of(this);
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What the best checkpoint is chosen by. */
  public enum Measure {
    /** Least Frechet distance. */
    @JsonProperty("fd")
    FD,
    /** Least Frechet distance, extrapolated to infinitely many images. */
    @JsonProperty("fd-infinity")
    FD_INFINITY,
    /** Least kernel distance. */
    @JsonProperty("kid")
    KID,
    /** Most coverage. */
    @JsonProperty("coverage")
    COVERAGE
  }
}
