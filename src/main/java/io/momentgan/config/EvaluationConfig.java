package io.momentgan.config;

import static io.momentgan.config.ConfigException.check;

import java.io.Serializable;
import java.util.List;
import java.util.Locale;

/**
 * Evaluations during the training.
 *
 * @param every epochs between evaluations; 0 for none
 * @param samples images drawn for an evaluation
 * @param weights which generator is evaluated
 * @param extractor the features that images are compared in
 * @param bestBy the measure that chooses the best checkpoint and that patience watches
 * @param patience evaluations without improvement after which the training stops; 0 for never
 */
public record EvaluationConfig(
    int every, int samples, Weights weights, Extractor extractor, Measure bestBy, int patience)
    implements Serializable {
  private static final int LEAST_SAMPLES = 100;

  public EvaluationConfig {
    check(every >= 0, "every", every, "0 (never) or more epochs");
    check(samples >= LEAST_SAMPLES, "samples", samples, "at least " + LEAST_SAMPLES);
    check(patience >= 0, "patience", patience, "0 (never) or more evaluations");
    check(
        patience == 0 || every > 0,
        "patience",
        patience,
        "0 where evaluation.every is 0 (nothing is evaluated)");
  }

  /** Which generator is evaluated. */
  public enum Weights {
    /** The generator as trained. */
    RAW,
    /** The moving average of its weights. */
    EMA,
    /** Both, one after the other; the average decides which checkpoint is best. */
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

  /** Feature extractors by the task that they are trained on. */
  public enum Extractor {
    /** Classes where the data has labels, otherwise rotation. */
    AUTO,
    /** The classes of the data. */
    CLASSES,
    /** The angle by which an image was turned; needs no labels. */
    ROTATION
  }

  /** Measures that can choose the best checkpoint. */
  public enum Measure {
    /** Frechet distance; lower is better. */
    FD,
    /** Frechet distance, extrapolated to infinitely many images; lower is better. */
    FD_INFINITY,
    /** Kernel distance; lower is better. */
    KID,
    /** Coverage; higher is better. */
    COVERAGE
  }
}
