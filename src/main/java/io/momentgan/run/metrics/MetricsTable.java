package io.momentgan.run.metrics;

import java.time.Duration;
import java.util.List;

/**
 * A table of a run's metrics: {@code metrics/<name>.jsonl}.
 *
 * @param name of the file
 * @param type of its lines
 * @param interval least time between two publications
 * @param <T> type of its lines
 */
public record MetricsTable<T>(String name, Class<T> type, Duration interval) {
  /** One line per worker as a training starts. */
  public static final MetricsTable<StartLine> START =
      new MetricsTable<>("start", StartLine.class, Duration.ofSeconds(5));

  /** One line per epoch. */
  public static final MetricsTable<EpochLine> EPOCHS =
      new MetricsTable<>("epochs", EpochLine.class, Duration.ZERO);

  /** One line per round. */
  public static final MetricsTable<RoundLine> ROUNDS =
      new MetricsTable<>("rounds", RoundLine.class, Duration.ofSeconds(5));

  /** One line per worker and round. */
  public static final MetricsTable<WorkerLine> WORKERS =
      new MetricsTable<>("workers", WorkerLine.class, Duration.ofSeconds(5));

  /** One line per sheet at a chosen iteration. */
  public static final MetricsTable<SheetLine> SHEETS =
      new MetricsTable<>("sheets", SheetLine.class, Duration.ZERO);

  /** One line per evaluation, in the order of rounds. */
  public static final MetricsTable<QualityLine> QUALITY =
      new MetricsTable<>("quality", QualityLine.class, Duration.ZERO);

  /** One line per epoch of a run whose discriminator names classes. */
  public static final MetricsTable<ClassificationLine> CLASSIFICATION =
      new MetricsTable<>("classification", ClassificationLine.class, Duration.ZERO);

  /** One line per log-likelihood, in the order of rounds. */
  public static final MetricsTable<LikelihoodLine> LIKELIHOOD =
      new MetricsTable<>("likelihood", LikelihoodLine.class, Duration.ZERO);

  /** Every table. */
  public static final List<MetricsTable<?>> ALL =
      List.of(START, EPOCHS, ROUNDS, WORKERS, SHEETS, QUALITY, CLASSIFICATION, LIKELIHOOD);

  /** Returns the file's path in the run folder. */
  public String path() {
    return "metrics/%s.jsonl".formatted(name);
  }
}
