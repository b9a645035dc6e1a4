package io.momentgan.bench;

import io.momentgan.app.SettingOptions;
import io.momentgan.training.SparkContexts;
import io.momentgan.training.TrainingRun;
import io.momentgan.config.Experiment;
import io.momentgan.config.ExperimentReader;
import io.momentgan.data.DataSet;
import io.momentgan.data.sets.DataSets;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import org.apache.spark.api.java.JavaSparkContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench}: what the step and its distribution cost, on whatever master the command runs. */
@Command(
    name = "bench",
    mixinStandardHelpOptions = true,
    subcommands = {BenchStepCommand.class, BenchRingCommand.class},
    description =
        "Measures what the step and its distribution cost; ratios within one run, median"
            + " (quartiles).")
final class BenchCommand implements Runnable {
  private static final int WARM_UP_ROUNDS = 10;

  /** As long as the JVM's compiler is at work, it takes from two workers more than from one. */
  private static final int WARM_UP_SECONDS = 20;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "Give a benchmark: exchange, ring, rounds, scaling, step or stock");
  }

  @Command(
      name = "exchange",
      mixinStandardHelpOptions = true,
      description = "Time of an exchange of moments for 784, 10 000 and 1 000 000 features.")
  int exchange(@Mixin Choice choice) {
    Experiment experiment = choice.experiment(choice.workers, 10);
    try (JavaSparkContext spark = SparkContexts.open("bench exchange", experiment)) {
      out().printf("%s, %d workers%n", spark.master(), choice.workers);
      for (int features : List.of(784, 10_000, 1_000_000)) {
        Spread millis =
            ExchangeBench.milliseconds(
                spark, TrainingRun.collectives(spark), choice.workers, features);
        out().printf("%,9d features: %s ms%n", features, millis.text(3));
      }
    }
    return 0;
  }

  @Command(
      name = "rounds",
      mixinStandardHelpOptions = true,
      description = "What a round costs beside its iterations, at K = 1, 10, 100.")
  int rounds(@Mixin Choice choice) {
    DataSet images = choice.images();
    try (JavaSparkContext spark =
        SparkContexts.open("bench rounds", choice.experiment(choice.workers, 1))) {
      out().printf("%s, %d workers%n", spark.master(), choice.workers);
      for (int frequency : List.of(1, 10, 100)) {
        List<RoundBench.Times> times = new ArrayList<>();
        try (RoundBench bench =
            choice.rounds(spark, choice.experiment(choice.workers, frequency), images)) {
          bench.run(WARM_UP_ROUNDS);
          for (int i = 0; i < choice.repeats; i++) {
            times.add(bench.run(Math.max(2, choice.rounds / frequency)));
          }
        }
        out()
            .printf(
                "K = %3d: round %s ms, beside its iterations %s ms, share %s%n",
                frequency,
                spread(times, t -> 1e3 * t.roundSeconds()).text(1),
                spread(times, t -> 1e3 * t.overhead()).text(1),
                spread(times, t -> t.overhead() / t.roundSeconds()).text(2));
      }
    }
    return 0;
  }

  @Command(
      name = "scaling",
      mixinStandardHelpOptions = true,
      description =
          "Images per second of all workers over those of one, in turns, beside what the machine"
              + " itself gives workers that exchange nothing; after 20 seconds of warming up"
              + " for each.")
  int scaling(@Mixin Choice choice) {
    DataSet images = choice.images();
    Experiment one = choice.experiment(1, choice.frequency);
    Experiment all = choice.experiment(choice.workers, choice.frequency);
    double[] ratios = new double[choice.repeats];
    double[] gains = new double[choice.repeats];
    List<RoundBench.Times> alone = new ArrayList<>();
    List<RoundBench.Times> shared = new ArrayList<>();
    try (JavaSparkContext spark = SparkContexts.open("bench scaling", all);
        RoundBench single = choice.rounds(spark, one, images);
        RoundBench together = choice.rounds(spark, all, images);
        IndependentWorkers independent =
            new IndependentWorkers(one, images.shape(), choice.workers)) {
      int iterations = choice.rounds * choice.frequency;
      warmUp(single);
      warmUp(together);
      independent.gain(choice.frequency);
      for (int i = 0; i < choice.repeats; i++) {
        shared.add(together.run(choice.rounds));
        alone.add(single.run(choice.rounds));
        ratios[i] = speed(shared.get(i)) / speed(alone.get(i));
        gains[i] = independent.gain(iterations);
      }
      out()
          .printf(
              "%s, %s, K = %d: %d workers train %s times the images per second of one%n",
              spark.master(),
              all.name(),
              choice.frequency,
              choice.workers,
              Spread.of(ratios).text(2));
      out()
          .printf(
              "Workers that exchange and average nothing: %s times%n", Spread.of(gains).text(2));
      printRound("one worker", alone);
      printRound("all", shared);
    }
    return 0;
  }

  private static void warmUp(RoundBench bench) {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WARM_UP_SECONDS);
    while (System.nanoTime() < end) {
      bench.run(1);
    }
  }

  private void printRound(String who, List<RoundBench.Times> times) {
    out()
        .printf(
            "A round of %s: %s ms, beside its iterations %s ms%n",
            who,
            spread(times, t -> 1e3 * t.roundSeconds()).text(1),
            spread(times, t -> 1e3 * t.overhead()).text(1));
  }

  @Command(
      name = "stock",
      mixinStandardHelpOptions = true,
      description = "What a round costs beside its iterations, against dl4j-spark's own master.")
  int stock(@Mixin Choice choice) {
    DataSet images = choice.images();
    Experiment experiment = choice.experiment(choice.workers, choice.frequency);
    double[] ours = new double[choice.repeats];
    double[] theirs = new double[choice.repeats];
    double[] ratios = new double[choice.repeats];
    try (JavaSparkContext spark = SparkContexts.open("bench stock", experiment);
        RoundBench bench = choice.rounds(spark, experiment, images)) {
      StockMaster stock = new StockMaster(spark, experiment, images.shape().features());
      bench.run(WARM_UP_ROUNDS);
      stock.overhead(WARM_UP_ROUNDS);
      for (int i = 0; i < choice.repeats; i++) {
        ours[i] = bench.run(choice.rounds).overhead();
        theirs[i] = stock.overhead(choice.rounds);
        ratios[i] = ours[i] / theirs[i];
      }
      out()
          .printf(
              "%s, %s, %d workers, K = %d: beside its iterations a round costs %s ms,"
                  + " dl4j-spark's master %s ms, ratio %s%n",
              spark.master(),
              experiment.name(),
              choice.workers,
              choice.frequency,
              milliseconds(ours),
              milliseconds(theirs),
              Spread.of(ratios).text(2));
    }
    return 0;
  }

  private static String milliseconds(double[] seconds) {
    return Spread.of(DoubleStream.of(seconds).map(s -> 1e3 * s).toArray()).text(1);
  }

  private static Spread spread(
      List<RoundBench.Times> times, ToDoubleFunction<RoundBench.Times> value) {
    return Spread.of(times.stream().mapToDouble(value).toArray());
  }

  private static double speed(RoundBench.Times times) {
    return times.samples() / times.roundSeconds();
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  /** What all benchmarks can be told. */
  static final class Choice {
    @Option(
        names = "--experiment",
        paramLabel = "EXPERIMENT.yaml",
        defaultValue = "conf/experiments/ff-6.yaml",
        description = "Settings (default: ${DEFAULT-VALUE}).")
    private Path file;

    /** The file of the settings. */
    Path file() {
      return file;
    }

    @Option(
        names = "--workers",
        paramLabel = "W",
        defaultValue = "2",
        description = "Workers (default: ${DEFAULT-VALUE}).")
    private int workers;

    @Option(
        names = "--frequency",
        paramLabel = "K",
        defaultValue = "10",
        description = "Iterations per round (default: ${DEFAULT-VALUE}).")
    private int frequency;

    @Option(
        names = "--rounds",
        defaultValue = "30",
        description = "Rounds per measurement (default: ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
        names = "--repeats",
        defaultValue = "7",
        description = "Measurements (default: ${DEFAULT-VALUE}).")
    private int repeats;

    @Mixin private SettingOptions settings;

    /** How many iterations or rounds a measurement has. */
    int rounds() {
      return rounds;
    }

    /** How many measurements are made. */
    int repeats() {
      return repeats;
    }

    private Experiment experiment(int count, int every) {
      return experiment(file, count, every, List.of());
    }

    /** The settings of a file, for a number of workers, with further settings that go over all. */
    Experiment experiment(Path of, int count, int every, List<String> further) {
      List<String> all = new ArrayList<>(settings.all());
      all.addAll(further);
      all.add("train.workers=" + count);
      all.add("train.averaging-frequency=" + every);
      return ExperimentReader.read(of, all);
    }

    private DataSet images() {
      Experiment experiment = experiment(workers, 1);
      return DataSets.open(experiment.data(), SparkContexts.hadoopSettings(experiment.s3()));
    }

    private RoundBench rounds(JavaSparkContext spark, Experiment experiment, DataSet images) {
      return new RoundBench(spark, TrainingRun.collectives(spark), experiment, images);
    }
  }
}
