package io.momentgan.ml;

import com.fasterxml.jackson.databind.node.TextNode;
import io.momentgan.config.Experiment;
import io.momentgan.config.ExperimentReader;
import io.momentgan.config.Installation;
import io.momentgan.config.UserException;
import io.momentgan.data.DataSet;
import io.momentgan.data.sets.DataSets;
import io.momentgan.run.Run;
import io.momentgan.run.RunRecord;
import io.momentgan.run.StartNetworks;
import io.momentgan.storage.StorageCheck;
import io.momentgan.training.Preflight;
import io.momentgan.training.SparkContexts;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.spark.sql.SparkSession;

/** Trains GANs in a Spark session, in the background. Immutable. */
public final class GanTrainer {
  private final SparkSession spark;
  private final Experiment experiment;
  private final List<Consumer<GanTraining.EpochEnd>> listeners;

  private GanTrainer(
      SparkSession spark, Experiment experiment, List<Consumer<GanTraining.EpochEnd>> listeners) {
    this.spark = spark;
    this.experiment = experiment;
    this.listeners = List.copyOf(listeners);
  }

  /**
   * Prepares a training.
   *
   * @param spark the session
   * @param yaml settings that differ from defaults.yaml, as in conf/experiments
   * @throws io.momentgan.config.ConfigException naming a refused setting
   */
  public static GanTrainer of(SparkSession spark, String yaml) {
    return new GanTrainer(spark, ExperimentReader.read(yaml, "the settings", List.of()), List.of());
  }

  /**
   * Prepares a training by an experiment's file.
   *
   * @param spark the session
   * @param experiment a local YAML file, or the name of one in conf/experiments, such as {@code
   *     quickstart}; the jar has these files too
   * @throws UserException naming a refused setting, or the nearest name if there is no such file
   */
  public static GanTrainer ofExperiment(SparkSession spark, String experiment) {
    return new GanTrainer(
        spark,
        ExperimentReader.read(Installation.find(experiment, "conf/experiments"), List.of()),
        List.of());
  }

  /**
   * Overrides settings.
   *
   * @param assignments of the form {@code key=value}, such as {@code train.epochs=3}; checked
   *     together
   * @throws io.momentgan.config.ConfigException naming a refused setting
   */
  public GanTrainer set(String... assignments) {
    return new GanTrainer(
        spark,
        ExperimentReader.override(experiment, "the settings", List.of(assignments)),
        listeners);
  }

  /** The settings. */
  Experiment experiment() {
    return experiment;
  }

  /**
   * Adds a listener.
   *
   * @param listener hears of each epoch once its metrics are written, on the training's thread,
   *     which waits for it; what it throws ends the training
   */
  public GanTrainer onEpoch(Consumer<GanTraining.EpochEnd> listener) {
    List<Consumer<GanTraining.EpochEnd>> more = new ArrayList<>(listeners);
    more.add(listener);
    return new GanTrainer(spark, experiment, more);
  }

  /**
   * Chooses the images.
   *
   * @param uri {@code glyphs}, a path or a URI, as of {@code train --data}
   */
  public GanTrainer data(String uri) {
    return set("data.uri=" + TextNode.valueOf(uri));
  }

  /**
   * Starts the training, which goes on in the background. A process trains one run at a time.
   *
   * @param out folder that gets the run's folder: a path or a URI such as {@code s3a://bucket/runs}
   * @return the training, once data and settings are checked
   * @throws UserException when settings, data or the session do not fit, or a training is in
   *     progress
   */
  public GanTraining start(String out) {
    HostProcess.prepare(spark);
    // Notes may run side by side: the second has to see the training of the first.
    synchronized (GanTrainer.class) {
      GanTraining.requireNone();
      return startChecked(out);
    }
  }

  private GanTraining startChecked(String out) {
    Experiment known = SparkContexts.withWorkers(experiment);
    Map<String, String> hadoop = SparkContexts.hadoopSettings(known.s3());
    StorageCheck.requireReadable("Setting data.uri", known.data().uri(), hadoop);
    StorageCheck.requireWritable("Folder of runs", out, hadoop);
    DataSet images = DataSets.open(known.data(), hadoop);
    Preflight.check(known, images);
    Experiment checked = StartNetworks.checked("Setting start.run", known, images.shape(), hadoop);
    Run run = Run.create(out, RunRecord.of(checked, images, Instant.now()), hadoop);
    return GanTraining.start(spark, run, images, listeners);
  }

  @Override
  public String toString() {
    return "%s: %d epochs of %s"
        .formatted(experiment.name(), experiment.train().epochs(), experiment.data().uri());
  }
}
