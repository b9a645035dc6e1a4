package io.momentgan.app;

import io.momentgan.config.Experiment;
import io.momentgan.config.ExperimentReader;
import io.momentgan.config.Installation;
import io.momentgan.data.DataSet;
import io.momentgan.data.sets.DataSets;
import io.momentgan.preset.Plan;
import io.momentgan.run.RecordedRun;
import io.momentgan.run.Run;
import io.momentgan.run.RunRecord;
import io.momentgan.run.StartNetworks;
import io.momentgan.storage.Folder;
import io.momentgan.storage.StorageCheck;
import io.momentgan.training.Preflight;
import io.momentgan.training.SparkContexts;
import io.momentgan.training.TrainingRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code train}: a new run. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    description = "Trains a GAN; ends with a run folder of samples, curves, checkpoints, metrics.")
final class TrainCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "EXPERIMENT",
      arity = "0..1",
      completionCandidates = Names.class,
      description =
          "Settings: a file such as my.yaml, the name of one in conf/experiments such as ff-5, or a"
              + " run's run.yaml. Without it, settings are chosen from --data and printed.")
  private String file;

  @Option(names = "--data", paramLabel = "URI", description = DataCommand.FORMS)
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

  @Option(
      names = "--from",
      paramLabel = "RUN",
      description =
          "Start from the networks of another run's newest checkpoint, with new optimizers.")
  private String from;

  @Option(names = "--dry-run", description = "Print what would be done, and stop.")
  private boolean dryRun;

  @Option(names = "--verbose", description = "Print all settings, not only what differs.")
  private boolean verbose;

  @Mixin private SettingOptions settings;

  @Spec private CommandSpec spec;

  /** Experiments, for the shell's completion. */
  static final class Names extends ArrayList<String> {
    Names() {
      super(Installation.names("conf/experiments"));
    }
  }

  private Optional<RunRecord> record = Optional.empty();
  private Experiment chosen;

  @Override
  public Integer call() {
    if (file == null) {
      choose();
    } else {
      record = RecordedRun.at(file, settings::hadoop);
    }
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

  /** Chooses the settings from the data, for every run of this call. */
  private void choose() {
    if (data == null) {
      throw new ParameterException(
          spec.commandLine(),
          "Give an experiment such as conf/experiments/quickstart.yaml, or --data FOLDER for settings chosen from the data");
    }
    Automatic automatic = Automatic.choose(overrides(List.of()), settings.hadoop(), from);
    chosen = automatic.experiment();
    spec.commandLine().getErr().println(automatic.text());
  }

  private int train(Experiment given) {
    Map<String, String> hadoop = SparkContexts.hadoopSettings(given.s3());
    checkStores(given, hadoop);
    Experiment experiment = SparkContexts.withWorkers(given);
    int workersOfRun = experiment.train().workers();
    SparkContexts.chooseThreads(workersOfRun, recordedThreads(workersOfRun));
    DataSet images = DataSets.open(experiment.data(), hadoop);
    record.ifPresent(recorded -> warnOfOtherBits(recorded, experiment, images));
    Preflight.check(experiment, images);
    Experiment started = StartNetworks.checked("--from", experiment, images.shape(), hadoop);
    String plan = new Plan(started, images).text(verbose, base());
    if (dryRun) {
      spec.commandLine().getOut().println(plan);
      return 0;
    }
    spec.commandLine().getErr().println(plan);
    Run run = TrainingRun.begin(started, images, out, hadoop);
    spec.commandLine().getOut().println("Run folder: " + run.folder().uri());
    return 0;
  }

  /** The threads of the run that is repeated; empty for other runs. */
  private String recordedThreads(int workersOfRun) {
    return record
        .filter(recorded -> recorded.experiment().train().workers() == workersOfRun)
        .map(RunRecord::threads)
        .orElse("");
  }

  private static void warnOfOtherBits(RunRecord recorded, Experiment again, DataSet images) {
    if (again.equals(recorded.experiment())) {
      recorded.warnOfOtherBits();
      recorded.warnOfChangedWorkers();
    }
    recorded.warnOfOtherData(again, images);
  }

  private void checkStores(Experiment given, Map<String, String> hadoop) {
    StorageCheck.requireReadable("--data", given.data().uri(), hadoop);
    if (dryRun) {
      StorageCheck.requireReadable("--out", out, hadoop);
      Folder.at(out, hadoop).exists(""); // refuses what is no location
    } else {
      StorageCheck.requireWritable("--out", out, hadoop);
    }
  }

  private Experiment read(List<String> ofRun) {
    if (chosen != null) {
      return chosen.with(ofRun.toArray(String[]::new));
    }
    List<String> overrides = overrides(ofRun);
    return record.isPresent()
        ? record.get().with(overrides).experiment()
        : ExperimentReader.read(found(), overrides);
  }

  /** The settings that the experiment's file starts from. */
  private Optional<Experiment> base() {
    return chosen == null && record.isEmpty() ? ExperimentReader.base(found()) : Optional.empty();
  }

  private Path found() {
    return Installation.find(file, "conf/experiments");
  }

  private List<String> overrides(List<String> ofRun) {
    List<String> overrides = new ArrayList<>(settings.all());
    overrides.addAll(ofRun);
    if (data != null) {
      overrides.add(SettingOptions.text("data.uri", data));
    }
    if (from != null) {
      overrides.add(SettingOptions.text("start.run", from));
    }
    if (workers != null) {
      overrides.add("train.workers=" + workers);
    }
    return overrides;
  }
}
