package io.momentgan.app;

import io.momentgan.config.Experiment;
import io.momentgan.config.ExperimentReader;
import io.momentgan.config.Installation;
import io.momentgan.data.DataSet;
import io.momentgan.data.sets.DataSets;
import io.momentgan.run.Run;
import io.momentgan.storage.StorageCheck;
import io.momentgan.training.Preflight;
import io.momentgan.training.SparkContexts;
import io.momentgan.training.TrainingRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code train}: a new run. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description = "Trains a GAN; ends with a run folder of samples, curves, checkpoints, metrics.")
final class TrainCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "EXPERIMENT.yaml",
      description = "Settings, such as my.yaml, or the name of a file in conf/experiments: ff-5.")
  private String file;

  @Option(
      names = "--data",
      paramLabel = "URI",
      description = "Where the images are: glyphs, or an IDX folder or file (path, s3a:, http:).")
  private String data;

  @Option(
      names = "--out",
      paramLabel = "URI",
      defaultValue = "runs",
      description = "Folder that gets the run's folder (default: ${DEFAULT-VALUE}).")
  private String out;

  @Option(
      names = "--workers",
      paramLabel = "W",
      description = "Shards trained side by side (default: train.workers, else the cores).")
  private Integer workers;

  @Option(
      names = "--seeds",
      split = ",",
      paramLabel = "SEED",
      description = "One run of each seed, such as 1,2,3 (default: seeds, else train.seed).")
  private List<Long> seeds;

  @Option(names = "--dry-run", description = "Print what would be done, and stop.")
  private boolean dryRun;

  @Option(names = "--verbose", description = "Print all settings, not only what differs.")
  private boolean verbose;

  @Mixin private SettingOptions settings;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Experiment given = read(List.of());
    List<Long> each = seeds == null ? given.seeds() : seeds;
    if (each.isEmpty()) {
      return train(given);
    }
    for (long seed : each) {
      train(read(List.of("train.seed=" + seed, "seeds=[]")));
    }
    return 0;
  }

  private int train(Experiment given) {
    Map<String, String> hadoop = SparkContexts.hadoopSettings(given.s3());
    checkStores(given, hadoop);
    Experiment experiment = SparkContexts.withWorkers(given);
    SparkContexts.chooseThreads(experiment.train().workers(), "");
    DataSet images = DataSets.open(experiment.data(), hadoop);
    Preflight.check(experiment, images);
    String plan = new Plan(experiment, images).text(verbose, ExperimentReader.base(found()));
    if (dryRun) {
      spec.commandLine().getOut().println(plan);
      return 0;
    }
    spec.commandLine().getErr().println(plan);
    Run run = TrainingRun.begin(experiment, images, out, hadoop);
    spec.commandLine().getOut().println("Run folder: " + run.folder().uri());
    return 0;
  }

  private void checkStores(Experiment given, Map<String, String> hadoop) {
    StorageCheck.requireReadable("--data", given.data().uri(), hadoop);
    if (dryRun) {
      StorageCheck.requireReadable("--out", out, hadoop);
    } else {
      StorageCheck.requireWritable("--out", out, hadoop);
    }
  }

  private Experiment read(List<String> ofRun) {
    List<String> overrides = new ArrayList<>(settings.all());
    overrides.addAll(ofRun);
    if (data != null) {
      overrides.add(SettingOptions.text("data.uri", data));
    }
    if (workers != null) {
      overrides.add("train.workers=" + workers);
    }
    return ExperimentReader.read(found(), overrides);
  }

  private Path found() {
    return Installation.find(file, "conf/experiments");
  }
}
