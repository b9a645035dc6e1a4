package io.momentgan.bench;

import io.momentgan.app.Main;
import io.momentgan.config.AveragingConfig.Wire;
import io.momentgan.config.Experiment;
import io.momentgan.data.DataSet;
import io.momentgan.data.ImageShape;
import io.momentgan.data.sets.DataSets;
import io.momentgan.training.SparkContexts;
import io.momentgan.training.TrainingRun;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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

/** The benchmarks' command line, with the benchmarks of the distribution. */
@Command(
    mixinStandardHelpOptions = true,
    subcommands = {
      StepCommand.class,
      ScaleCommand.class,
      RingCommand.class,
      DeviceCheckCommand.class,
      GoldenCommand.class,
      CalibrateCommand.class,
      JmhCommand.class
    },
    description =
        "Measures the cost of the step and of its distribution on any master. Ratios are of one run:"
            + " median (quartiles).")
public final class BenchMain implements Runnable {
  private static final int WARM_UP_ROUNDS = 10;

  /** JIT compilation slows two workers more than one for about this long. */
  private static final int WARM_UP_SECONDS = 20;

  @Spec private CommandSpec spec;

  /**
   * Runs a benchmark and exits with its code.
   *
   * @param args the benchmark and its arguments
   */
  public static void main(String[] args) {
    System.exit(Main.run(new BenchMain(), args));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Give a benchmark, such as step");
  }

  @Command(
      name = "exchange",
      mixinStandardHelpOptions = true,
      description =
          "Time of an exchange of moments for 784, 10 000 and 1 000 000 features, and a worker's"
              + " bytes in and out; --set averaging.wire=bf16 rounds them.")
  int exchange(@Mixin BenchOptions options) {
    Experiment experiment = options.experiment(options.workers, 10);
    try (JavaSparkContext spark = SparkContexts.open("bench exchange", experiment)) {
      Wire wire = experiment.averaging().wireOf(options.workers);
      out()
          .printf(
              "%s, %d workers, averaging.wire=%s%n",
              spark.master(), options.workers, wire.name().toLowerCase(Locale.ROOT));
      for (int features : List.of(784, 10_000, 1_000_000)) {
        for (ExchangeBench.Path path : ExchangeBench.Path.of(spark)) {
          Spread millis = ExchangeBench.milliseconds(spark, path, options.workers, features, wire);
          out()
              .printf(
                  "%,9d features, %s: %s ms, %.3f MiB%n",
                  features,
                  path,
                  millis.quartiles(3),
                  path.throughWorker(options.workers, features, wire));
        }
      }
    }
    return 0;
  }

  @Command(
      name = "rounds",
      mixinStandardHelpOptions = true,
      description = "Cost of a round beside its iterations, at K = 1, 10, 100.")
  int rounds(@Mixin BenchOptions options) {
    DataSet images = images(options);
    try (JavaSparkContext spark =
        SparkContexts.open("bench rounds", options.experiment(options.workers, 1))) {
      out().printf("%s, %d workers%n", spark.master(), options.workers);
      for (int frequency : List.of(1, 10, 100)) {
        List<RoundBench.Times> times = new ArrayList<>();
        try (RoundBench bench =
            rounds(spark, options.experiment(options.workers, frequency), images)) {
          bench.run(WARM_UP_ROUNDS);
          for (int i = 0; i < options.repeats; i++) {
            times.add(bench.run(Math.max(2, options.rounds() / frequency)));
          }
        }
        out()
            .printf(
                "K = %3d: round %s ms, beside its iterations %s ms, share %s%n",
                frequency,
                spread(times, t -> 1e3 * t.roundSeconds()).quartiles(1),
                spread(times, t -> 1e3 * t.overhead()).quartiles(1),
                spread(times, t -> t.overhead() / t.roundSeconds()).quartiles(2));
      }
    }
    return 0;
  }

  @Command(
      name = "scaling",
      mixinStandardHelpOptions = true,
      description =
          "Images per second of all workers over those of one, in turns, beside the gain of workers"
              + " that exchange nothing; each warms up for 20 seconds.")
  int scaling(
      @Mixin BenchOptions options,
      @Option(
              names = "--peer",
              description =
                  "Also those of libtorch's step, with a thread and a batch for each worker in one.")
          boolean peer) {
    DataSet images = images(options);
    Experiment one = options.experiment(1, options.frequency);
    Experiment all = options.experiment(options.workers, options.frequency);
    double[] ratios = new double[options.repeats];
    double[] gains = new double[options.repeats];
    double[] libtorch = new double[options.repeats];
    List<RoundBench.Times> alone = new ArrayList<>();
    List<RoundBench.Times> shared = new ArrayList<>();
    // The peer first, as it refuses settings that it has not.
    try (Peer other = peer ? peer(options, images.shape()) : null;
        JavaSparkContext spark = SparkContexts.open("bench scaling", all);
        RoundBench single = rounds(spark, one, images);
        RoundBench together = rounds(spark, all, images);
        IndependentWorkers independent =
            new IndependentWorkers(one, images.shape(), options.workers)) {
      int iterations = options.rounds() * options.frequency;
      warmUp(single);
      warmUp(together);
      independent.gain(options.frequency);
      if (peer) {
        other.imagesPerSecond(options.frequency);
      }
      for (int i = 0; i < options.repeats; i++) {
        shared.add(together.run(options.rounds()));
        alone.add(single.run(options.rounds()));
        ratios[i] = speed(shared.get(i)) / speed(alone.get(i));
        gains[i] = independent.gain(iterations);
        libtorch[i] = peer ? other.imagesPerSecond(iterations) : 0;
      }
      out()
          .printf(
              "%s, %s, K = %d: %d workers train %s times the images per second of one%n",
              spark.master(),
              all.name(),
              options.frequency,
              options.workers,
              Spread.of(ratios).quartiles(2));
      out()
          .printf(
              "Workers that exchange and average nothing: %s times%n",
              Spread.of(gains).quartiles(2));
      if (peer) {
        double[] ours = shared.stream().mapToDouble(BenchMain::speed).toArray();
        out()
            .printf(
                "All train %s images per second, %s times as many as libtorch with %d threads"
                    + " and batches of %d%n",
                Spread.of(ours).quartiles(1),
                Spread.ofRatios(ours, libtorch).quartiles(2),
                options.workers,
                options.workers * one.train().batchSize());
      }
      printRound("one worker", alone);
      printRound("all", shared);
    }
    return 0;
  }

  /** The peer with the threads and the images of all workers. */
  private static Peer peer(BenchOptions options, ImageShape shape) {
    int batch = options.experiment(1, 1).train().batchSize() * options.workers;
    Experiment experiment =
        options.experiment(
            options.file, 1, 1, List.of("kernels=stock", "train.batch-size=" + batch));
    StepBench images = new StepBench(experiment, shape);
    return new Peer(experiment, shape, images.real(), options.workers);
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
            spread(times, t -> 1e3 * t.roundSeconds()).quartiles(1),
            spread(times, t -> 1e3 * t.overhead()).quartiles(1));
  }

  @Command(
      name = "stock",
      mixinStandardHelpOptions = true,
      description = "Cost of a round beside its iterations, against dl4j-spark's own master.")
  int stock(@Mixin BenchOptions options) {
    DataSet images = images(options);
    Experiment experiment = options.experiment(options.workers, options.frequency);
    double[] ours = new double[options.repeats];
    double[] theirs = new double[options.repeats];
    try (JavaSparkContext spark = SparkContexts.open("bench stock", experiment);
        RoundBench bench = rounds(spark, experiment, images)) {
      StockMaster stock = new StockMaster(spark, experiment, images.shape().features());
      bench.run(WARM_UP_ROUNDS);
      stock.overhead(WARM_UP_ROUNDS);
      for (int i = 0; i < options.repeats; i++) {
        ours[i] = bench.run(options.rounds()).overhead();
        theirs[i] = stock.overhead(options.rounds());
      }
      out()
          .printf(
              "%s, %s, %d workers, K = %d: beside its iterations a round costs %s ms,"
                  + " dl4j-spark's master %s ms, ratio %s%n",
              spark.master(),
              experiment.name(),
              options.workers,
              options.frequency,
              milliseconds(ours),
              milliseconds(theirs),
              Spread.ofRatios(ours, theirs).quartiles(2));
    }
    return 0;
  }

  private static DataSet images(BenchOptions options) {
    Experiment experiment = options.experiment(options.workers, 1);
    return DataSets.open(experiment.data(), SparkContexts.hadoopSettings(experiment.s3()));
  }

  private static RoundBench rounds(JavaSparkContext spark, Experiment experiment, DataSet images) {
    return new RoundBench(spark, TrainingRun.collectives(spark), experiment, images);
  }

  private static String milliseconds(double[] seconds) {
    return Spread.of(DoubleStream.of(seconds).map(s -> 1e3 * s).toArray()).quartiles(1);
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
}
