package io.momentgan.bench;

import io.momentgan.config.AveragingConfig.Wire;
import io.momentgan.config.Experiment;
import io.momentgan.config.ExperimentReader;
import io.momentgan.data.ImageShape;
import io.momentgan.network.GanNetworks;
import io.momentgan.training.SparkContexts;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.nd4j.linalg.api.buffer.DataType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code scale}: averages and exchanges of up to 256 simulated workers, and what networks do. */
@Command(
    name = "scale",
    mixinStandardHelpOptions = true,
    description =
        "Averages and exchanges moments of 2 to many simulated workers, without training, and prints"
            + " Markdown tables of bytes, time and the driver's memory; then the seconds that the"
            + " transfers of a round take at a network's speed.")
final class ScaleCommand implements Callable<Integer> {
  private static final double MEBIBYTE = 1 << 20;
  private static final int FEWEST = 2;

  @Option(
      names = "--most",
      paramLabel = "W",
      defaultValue = "64",
      description = "Workers at most, from 2 on in powers of 2 (default: ${DEFAULT-VALUE}).")
  private int most;

  @Option(
      names = "--values",
      paramLabel = "N",
      defaultValue = "2000000",
      description = "Values of a worker's networks and optimizers (default: ${DEFAULT-VALUE}).")
  private int values;

  @Option(
      names = "--features",
      paramLabel = "N",
      defaultValue = "12288",
      description = "Features of an image, for the exchange (default: ${DEFAULT-VALUE}, 3x64x64).")
  private int features;

  @Option(
      names = "--experiment",
      paramLabel = "EXPERIMENT.yaml",
      defaultValue = "conf/experiments/dcgan.yaml",
      description = "Networks whose rounds are computed (default: ${DEFAULT-VALUE}).")
  private Path file;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Experiment experiment = ExperimentReader.read(file, List.of("train.workers=2"));
    List<Integer> counts = IntStream.iterate(FEWEST, w -> w <= most, w -> 2 * w).boxed().toList();
    try (JavaSparkContext spark = SparkContexts.open("bench scale", experiment)) {
      averages(spark, counts);
      exchanges(spark, counts, experiment.averaging().wire());
    }
    transfers(experiment);
    return 0;
  }

  private void averages(JavaSparkContext spark, List<Integer> counts) {
    ScaleBench bench = new ScaleBench(spark);
    bench.onDriver(FEWEST, values);
    bench.bySlices(FEWEST, values);
    print(
        "%s; networks of %.1f MiB; per worker: what it sends to others%n%n",
        spark.master(), (double) values * Float.BYTES / MEBIBYTE);
    print("| workers | path | s | to the driver, MiB | per worker, MiB | driver's heap, MiB |%n");
    print("|---|---|---|---|---|---|%n");
    for (int workers : counts) {
      print(workers, "driver", bench.onDriver(workers, values));
      print(workers, "slices", bench.bySlices(workers, values));
    }
  }

  private void print(int workers, String path, ScaleBench.Cost cost) {
    print(
        "| %d | %s | %.2f | %.1f | %.1f | %.0f |%n",
        workers,
        path,
        cost.seconds(),
        cost.toDriver() / MEBIBYTE,
        cost.betweenWorkers() / MEBIBYTE / workers,
        cost.held() / MEBIBYTE);
  }

  private void exchanges(JavaSparkContext spark, List<Integer> counts, Wire wire) {
    print("%nExchange of %,d features%n%n", features);
    print(
        "| workers | path | ms, median (quartiles) | through the driver, MiB | a worker, MiB |%n");
    print("|---|---|---|---|---|%n");
    for (int workers : counts) {
      for (ExchangeBench.Path path : ExchangeBench.Path.of(spark)) {
        print(
            "| %d | %s | %s | %.2f | %.2f |%n",
            workers,
            path,
            ExchangeBench.milliseconds(spark, path, workers, features, wire).quartiles(1),
            path.throughDriver(workers, features, wire),
            path.throughWorker(workers, features, wire));
      }
    }
  }

  /**
   * Prints the arithmetic of a round's transfers. To the driver: W networks in, through one card.
   * By slices: each worker sends its networks and gets its slice of all, then the driver gets one
   * average. Both broadcast it: each worker gets it once. A ring's bound is 2 (W - 1) / W networks.
   */
  private void transfers(Experiment experiment) {
    print(
        "%n| networks | MiB | workers | Gbit/s | to the driver, s | by slices, s | ring's bound, s |%n");
    print("|---|---|---|---|---|---|---|%n");
    for (int side : List.of(64, 256)) {
      GanNetworks networks =
          GanNetworks.build(experiment, new ImageShape(3, side, side), DataType.FLOAT);
      long bytes = networks.generator().state().bytes() + networks.discriminator().state().bytes();
      for (int workers : List.of(16, 256)) {
        for (int gigabits : List.of(10, 25)) {
          double once = 8.0 * bytes / (gigabits * 1e9);
          print(
              "| %s, %dx%d | %.0f | %d | %d | %.2f | %.2f | %.2f |%n",
              experiment.name(),
              side,
              side,
              bytes / MEBIBYTE,
              workers,
              gigabits,
              (workers + 1) * once,
              3 * once,
              2 * once * (workers - 1) / workers);
        }
      }
    }
  }

  private void print(String format, Object... of) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf(Locale.ROOT, format, of);
    out.flush();
  }
}
