package io.momentgan.training;

import io.momentgan.config.Experiment;
import io.momentgan.data.DataSet;
import io.momentgan.run.Checkpoints;
import io.momentgan.run.RejectedImages;
import io.momentgan.run.RunRecord;
import io.momentgan.run.Runs;
import io.momentgan.storage.Folder;
import java.time.Instant;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;

/** Trains what a command has read and checked, each run with a Spark context of its own. */
public final class Trainings {
  private Trainings() {}

  /**
   * A new run.
   *
   * @param experiment the settings, workers known
   * @param images the data
   * @param out folder that gets the run's folder
   * @param hadoop settings for Hadoop's file systems
   * @return the run's folder
   */
  public static Folder begin(
      Experiment experiment, DataSet images, String out, Map<String, String> hadoop) {
    Folder folder = Runs.create(out, experiment.name(), hadoop);
    begin(RunRecord.of(experiment, images, Instant.now()), images, folder);
    return folder;
  }

  /** Goes on with a run from its newest checkpoint; from the beginning where it has none yet. */
  public static void goOn(RunRecord record, DataSet images, Folder folder) {
    folder.abortUploads();
    if (new Checkpoints(folder).newest().isEmpty()) {
      begin(record, images, folder);
      return;
    }
    folder.publish(RunRecord.FILE, record.toYaml());
    try (JavaSparkContext spark = SparkContexts.open(folder.name(), record.experiment())) {
      TrainingRun.resume(spark, record, images, folder).run();
    }
  }

  private static void begin(RunRecord record, DataSet images, Folder folder) {
    folder.publish(RunRecord.FILE, record.toYaml());
    RejectedImages.publish(images.rejected(), folder);
    try (JavaSparkContext spark = SparkContexts.open(folder.name(), record.experiment())) {
      TrainingRun.start(spark, record, images, folder).run();
    }
  }
}
