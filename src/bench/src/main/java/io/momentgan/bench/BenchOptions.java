package io.momentgan.bench;

import io.momentgan.config.Experiment;
import io.momentgan.config.ExperimentReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** Options of all benchmarks. */
final class BenchOptions {
  private static final int ROUNDS = 30;

  @Option(
      names = "--experiment",
      paramLabel = "EXPERIMENT.yaml",
      defaultValue = "conf/experiments/ff-6.yaml",
      description = "Settings (default: ${DEFAULT-VALUE}).")
  Path file;

  @Option(
      names = "--workers",
      paramLabel = "W",
      defaultValue = "2",
      description = "Workers (default: ${DEFAULT-VALUE}).")
  int workers;

  @Option(
      names = "--frequency",
      paramLabel = "K",
      defaultValue = "10",
      description = "Iterations per round (default: ${DEFAULT-VALUE}).")
  int frequency;

  @Option(
      names = "--rounds",
      description =
          "Rounds per measurement (default: 30); of step: iterations (default: two seconds of them,"
              + " at least 3).")
  private Integer rounds;

  @Option(
      names = "--repeats",
      defaultValue = "7",
      description = "Measurements (default: ${DEFAULT-VALUE}).")
  int repeats;

  @Option(
      names = "--set",
      paramLabel = "KEY=VALUE",
      description = "A setting that overrides the file, such as train.batch-size=50.")
  private List<String> settings = new ArrayList<>();

  int rounds() {
    return roundsOr(ROUNDS);
  }

  int roundsOr(int otherwise) {
    return rounds == null ? otherwise : rounds;
  }

  /** Settings of the file for a number of workers and an averaging frequency. */
  Experiment experiment(int count, int every) {
    return experiment(file, count, every, List.of());
  }

  /** Settings of a file; further ones override all others. */
  Experiment experiment(Path of, int count, int every, List<String> further) {
    List<String> all = new ArrayList<>(settings);
    all.addAll(further);
    all.add("train.workers=" + count);
    all.add("train.averaging-frequency=" + every);
    return ExperimentReader.read(of, all);
  }
}
