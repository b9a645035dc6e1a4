package io.momentgan.training;

import io.momentgan.config.EvaluationConfig;
import io.momentgan.data.DataSet;
import io.momentgan.network.state.NetworkState;
import io.momentgan.network.state.Snapshot;
import io.momentgan.partition.Round;
import io.momentgan.run.CheckpointInfo;
import io.momentgan.run.QualityLine;
import io.momentgan.run.QualityLog;
import io.momentgan.run.RunRecord;
import io.momentgan.run.Weights;
import io.momentgan.storage.Folder;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Quality while a training goes on: measured at a cadence, it picks the best and knows when to
 * stop.
 */
public final class TrainingEvaluation implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingEvaluation.class);

  private final EvaluationConfig config;
  private final Folder folder;
  private final RunEvaluation evaluation;

  private TrainingEvaluation(EvaluationConfig config, Folder folder, RunEvaluation evaluation) {
    this.config = config;
    this.folder = folder;
    this.evaluation = evaluation;
  }

  /**
   * The evaluation of a training; where the settings ask for none, one that does nothing.
   *
   * @param spark the context
   * @param folder the run's folder
   * @param record its record
   * @param images its data
   * @param round after which the training goes on: evaluations of later rounds are dropped
   */
  static TrainingEvaluation open(
      JavaSparkContext spark, Folder folder, RunRecord record, DataSet images, long round) {
    new QualityLog(folder).dropAfter(round);
    EvaluationConfig config = record.experiment().evaluation();
    RunEvaluation evaluation =
        config.every() == 0
            ? null
            : RunEvaluation.open(
                spark,
                folder,
                record,
                images,
                SparkContexts.hadoopSettings(record.experiment().s3()),
                config.samples());
    return new TrainingEvaluation(config, folder, evaluation);
  }

  /** Whether the training is measured at all. */
  boolean isOn() {
    return evaluation != null;
  }

  /**
   * Measures the generator where the cadence says so.
   *
   * @param round the round that is over
   * @param snapshot what it led to
   * @return what the best checkpoint has least of; NaN where nothing is measured
   */
  double after(Round round, Snapshot snapshot) {
    if (!isOn() || !round.lastOfEpoch() || round.epoch() % config.every() != 0) {
      return Double.NaN;
    }
    CheckpointInfo info =
        new CheckpointInfo(snapshot.round(), round.epoch(), snapshot.iteration(), Double.NaN);
    double score = Double.NaN;
    double classHead = evaluation.classHeadAccuracy(snapshot::discriminator);
    for (Weights weights : Weights.of(config.weights())) {
      NetworkState generator =
          weights == Weights.RAW ? snapshot.generator() : snapshot.emaGenerator().orElseThrow();
      QualityLine line = evaluation.evaluate(info, weights, generator, classHead);
      score = RunEvaluation.score(config.bestBy(), line.quality());
    }
    return score;
  }

  /** Whether the last evaluations brought nothing better, as many as patience allows. */
  public boolean isExhausted() {
    boolean exhausted = isExhausted(config, folder);
    if (exhausted) {
      LOG.info(
          "{} evaluations without a better one: the training stops (evaluation.patience)",
          config.patience());
    }
    return exhausted;
  }

  /**
   * The same of a run that may be over.
   *
   * @param config the settings
   * @param folder the run's folder
   */
  public static boolean isExhausted(EvaluationConfig config, Folder folder) {
    return config.patience() > 0
        && sinceBest(config, new QualityLog(folder).lines()) >= config.patience();
  }

  /** Number of evaluations after the best one. */
  static int sinceBest(EvaluationConfig config, List<QualityLine> lines) {
    List<Weights> measured = Weights.of(config.weights());
    String decides = measured.get(measured.size() - 1).toString();
    double best = Double.POSITIVE_INFINITY;
    int since = 0;
    for (QualityLine line : lines) {
      if (line.weights().equals(decides) && line.quality().n() == config.samples()) {
        double score = RunEvaluation.score(config.bestBy(), line.quality());
        since = score < best ? 0 : since + 1;
        best = Math.min(best, score);
      }
    }
    return since;
  }

  @Override
  public void close() {
    if (isOn()) {
      evaluation.close();
    }
  }
}
