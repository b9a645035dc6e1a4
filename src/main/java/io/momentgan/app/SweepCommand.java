package io.momentgan.app;

import io.momentgan.config.Experiment;
import io.momentgan.config.ExperimentReader;
import io.momentgan.config.SweepFile;
import io.momentgan.config.UserException;
import io.momentgan.storage.Folder;
import io.momentgan.storage.StorageCheck;
import io.momentgan.training.SparkContexts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sweep}: a list of experiments and seeds, one run after another. */
@Command(
    name = "sweep",
    mixinStandardHelpOptions = true,
    description =
        "Trains a list of experiments and seeds, one after another, each in OUT/NAME-seed-S. Runs that are"
            + " complete are skipped, those that were interrupted are resumed, those that fail are"
            + " reported at the end (exit code 1).")
final class SweepCommand implements Callable<Integer> {
  /** The table of what was done, in the folder of all runs. */
  static final String TABLE = "sweep.md";

  @Parameters(
      paramLabel = "SWEEP.yaml",
      description = "What to train, such as conf/sweeps/dconv.yaml.")
  private Path file;

  @Option(names = "--out", required = true, paramLabel = "URI", description = "Folder of all runs.")
  private String out;

  @Option(
      names = "--data",
      paramLabel = "URI",
      description = "Where the images of every run are (default: what each experiment says).")
  private String data;

  @Option(names = "--dry-run", description = "Print what would be done, and stop.")
  private boolean dryRun;

  @Mixin private SettingOptions settings;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    List<SweepRun> runs = runs();
    chooseThreads(runs);
    Map<String, String> hadoop = SparkContexts.hadoopSettings(runs.get(0).experiment().s3());
    if (dryRun) {
      List<SweepRun.Outcome> states = runs.stream().map(run -> run.plan(hadoop)).toList();
      spec.commandLine().getOut().printf("%s", SweepRun.Outcome.table(states));
      return 0;
    }
    StorageCheck.requireWritable("--out", out, hadoop);
    List<SweepRun.Outcome> outcomes = new ArrayList<>();
    for (SweepRun run : runs) {
      spec.commandLine()
          .getErr()
          .printf("Sweep: %s, run %d of %d%n", run.key(), outcomes.size() + 1, runs.size());
      outcomes.add(run.make(hadoop));
      Folder.at(out, hadoop).publish(TABLE, SweepRun.Outcome.table(outcomes));
    }
    spec.commandLine().getOut().printf("%s", SweepRun.Outcome.table(outcomes));
    return exitCode(outcomes);
  }

  /** By the run of most workers: libraries that are loaded keep their threads. */
  private static void chooseThreads(List<SweepRun> runs) {
    IntStream workers = runs.stream().mapToInt(run -> run.experiment().train().workers());
    SparkContexts.chooseThreads(workers.max().orElseThrow(), "");
  }

  private int exitCode(List<SweepRun.Outcome> outcomes) {
    List<String> failed =
        outcomes.stream().filter(SweepRun.Outcome::failed).map(SweepRun.Outcome::key).toList();
    if (failed.isEmpty()) {
      return 0;
    }
    spec.commandLine()
        .getErr()
        .printf(
            "error: %d of %d runs failed: %s; the table says why, and the same command goes on%n",
            failed.size(), outcomes.size(), String.join(", ", failed));
    return Main.FAILED;
  }

  /** All of them are read before anything starts. */
  private List<SweepRun> runs() {
    SweepFile sweep = SweepFile.read(text(), file.toString());
    Map<String, SweepRun> runs = new LinkedHashMap<>();
    for (SweepFile.Entry entry : sweep.experiments()) {
      List<String> overrides = new ArrayList<>(entry.overrides());
      overrides.addAll(settings.all());
      if (data != null) {
        overrides.add(SettingOptions.text("data.uri", data));
      }
      for (long seed : seeds(sweep, read(entry, overrides))) {
        List<String> ofRun = new ArrayList<>(overrides);
        ofRun.addAll(List.of("train.seed=" + seed, "seeds=[]"));
        SweepRun run = SweepRun.of(read(entry, ofRun), out);
        if (runs.putIfAbsent(run.key(), run) != null) {
          throw new UserException(
              "%s: found %s twice, expected each name once for each seed; give one of them another name"
                  .formatted(file, run.key()));
        }
      }
    }
    return List.copyOf(runs.values());
  }

  private Experiment read(SweepFile.Entry entry, List<String> overrides) {
    Path experiment = file.toAbsolutePath().getParent().resolve(entry.file()).normalize();
    try {
      return ExperimentReader.read(experiment, overrides);
    } catch (UserException e) {
      throw new UserException(
          "%s: experiment %s: %s".formatted(file, entry.file(), e.getMessage()), e);
    }
  }

  private static List<Long> seeds(SweepFile sweep, Experiment experiment) {
    if (!sweep.seeds().isEmpty()) {
      return sweep.seeds();
    }
    return experiment.seeds().isEmpty() ? List.of(experiment.train().seed()) : experiment.seeds();
  }

  private String text() {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new UserException(
          "%s: no such file; give a sweep such as conf/sweeps/dconv.yaml".formatted(file), e);
    } catch (IOException e) {
      throw new UserException("%s: cannot be read as text: %s".formatted(file, e.getMessage()), e);
    }
  }
}
