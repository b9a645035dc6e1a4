package io.momentgan.training.listeners;

import io.momentgan.config.EvaluationConfig;
import io.momentgan.config.EvaluationConfig.Weights;
import io.momentgan.data.DataSet;
import io.momentgan.extractor.ExtractorTask;
import io.momentgan.network.state.NetworkState;
import io.momentgan.network.state.Snapshot;
import io.momentgan.run.Run;
import io.momentgan.run.RunProgress;
import io.momentgan.run.metrics.Jsonl;
import io.momentgan.run.metrics.MetricsTable;
import io.momentgan.run.metrics.QualityLine;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Measures quality every few epochs; scores checkpoints and knows when patience ends. */
public final class QualityListener implements TrainingListener {
  private static final Logger LOG = LoggerFactory.getLogger(QualityListener.class);

  private final JavaSparkContext spark;
  private final Run run;
  private final DataSet images;
  private final EvaluationConfig config;
  private final Map<String, String> hadoop;

  /** Null where nothing is measured. */
  private RunEvaluation evaluation;

  private double score = Double.NaN;
  private boolean exhausted;

  /**
   * Evaluates a run, if its settings ask for it.
   *
   * @param spark the context
   * @param run the run
   * @param images the data that it trains on
   * @param hadoop settings for Hadoop's file systems
   */
  public QualityListener(
      JavaSparkContext spark, Run run, DataSet images, Map<String, String> hadoop) {
    this.spark = spark;
    this.hadoop = hadoop;
    this.run = run;
    this.images = images;
    this.config = run.record().experiment().evaluation();
  }

  @Override
  public void begin(Snapshot start, RunProgress progress) {
    long seed = run.record().experiment().train().seed();
    Jsonl.reopen(run.folder(), MetricsTable.QUALITY, seed, start.round()).close();
    Jsonl.reopen(run.folder(), MetricsTable.LIKELIHOOD, seed, start.round()).close();
    if (isOn()) {
      evaluation = RunEvaluation.open(spark, run, images, hadoop, config.samples());
    }
  }

  boolean isOn() {
    return config.every() > 0;
  }

  @Override
  public void roundEnded(RoundEnd end) {
    score = Double.NaN;
    if (!isOn() || !end.round().lastOfEpoch()) {
      return;
    }
    if (end.round().epoch() % config.every() == 0) {
      measure(end);
    }
    if (isExhausted(run)) {
      exhausted = true;
      LOG.info(
          "{} evaluations without a better one: the training stops (evaluation.patience)",
          config.patience());
    }
  }

  private void measure(RoundEnd end) {
    Snapshot snapshot = end.snapshot();
    double classHead = evaluation.classHeadAccuracy(snapshot::classifier);
    for (Weights weights : config.weights().each()) {
      NetworkState generator =
          weights == Weights.RAW ? snapshot.generator() : snapshot.emaGenerator().orElseThrow();
      QualityLine line =
          evaluation.evaluate(end.round().epoch(), snapshot.round(), weights, generator, classHead);
      score = RunEvaluation.score(config.bestBy(), line.quality());
    }
  }

  /** Score of the round that ended, lower is better; NaN where it was not measured. */
  double score() {
    return score;
  }

  /** Whether the last evaluations brought nothing better, as many as patience allows. */
  boolean isExhausted() {
    return exhausted;
  }

  /** Whether a run has stopped, or will, because patience ended. */
  public static boolean isExhausted(Run run) {
    EvaluationConfig config = run.record().experiment().evaluation();
    return config.patience() > 0
        && sinceBest(config, Jsonl.read(run.folder(), MetricsTable.QUALITY)) >= config.patience();
  }

  /** Number of evaluations after the best one. */
  static int sinceBest(EvaluationConfig config, List<QualityLine> lines) {
    List<Weights> measured = config.weights().each();
    String deciding = measured.get(measured.size() - 1).toString();
    // Figures of different extractors do not compare.
    String extractor = lines.isEmpty() ? "" : lines.get(lines.size() - 1).extractor();
    // Without labels there are no more images than are held out, which the lines tell.
    int samples =
        lines.stream()
            .filter(line -> ExtractorTask.of(line.extractor()) == ExtractorTask.ROTATION)
            .mapToInt(line -> line.quality().n())
            .filter(n -> n <= config.samples())
            .max()
            .orElse(config.samples());
    double best = Double.POSITIVE_INFINITY;
    int since = 0;
    for (QualityLine line : lines) {
      if (line.extractor().equals(extractor)
          && line.weights().equals(deciding)
          && line.quality().n() == samples) {
        double score = RunEvaluation.score(config.bestBy(), line.quality());
        since = score < best ? 0 : since + 1;
        best = Math.min(best, score);
      }
    }
    return since;
  }

  @Override
  public void close() {
    if (evaluation != null) {
      evaluation.close();
    }
  }
}
