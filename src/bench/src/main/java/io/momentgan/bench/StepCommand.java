package io.momentgan.bench;

import io.momentgan.config.Experiment;
import io.momentgan.config.LayerConfig;
import io.momentgan.data.ImageShape;
import io.momentgan.step.Losses;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.IntConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code step}: cost of an iteration, beside its matrix products, stock layers and libtorch. */
@Command(
    name = "step",
    mixinStandardHelpOptions = true,
    description =
        "CPU time of an iteration of one worker, beside that of its matrix products. Measurements of"
            + " all sides take turns. Figures are meant for OMP_NUM_THREADS=1, the default.")
final class StepCommand implements Callable<Integer> {
  private static final String STOCK = "kernels=stock";
  // Lost in the rounding of what it is added to; noise of 0 is refused.
  private static final String NEXT_TO_NO_NOISE = "1.0e-30";
  private static final int CHECKED_ITERATIONS = 5;
  private static final double WARM_UP_SECONDS = 12;
  private static final double SECONDS = 2;
  private static final int FEWEST = 3;
  private static final double LEAST_SHARE = 0.01;

  @Mixin private BenchOptions options;

  @Option(
      names = "--network",
      paramLabel = "NAME",
      description = "Settings of conf/experiments, such as ff-1 or dcgan, instead of a file.")
  private String network;

  @Option(
      names = "--shape",
      defaultValue = "1x28x28",
      description = "Channels, height and width of an image (default: ${DEFAULT-VALUE}).")
  private String shape;

  @Option(names = "--peer", description = "Also by libtorch, in a process of its own.")
  private boolean peer;

  @Option(names = "--stock", description = "Also by Deeplearning4j's own layers.")
  private boolean stock;

  @Option(
      names = "--check",
      description =
          "Instead, compares our losses with libtorch's over some iterations from equal parameters"
              + " and z, without dropout and with noise of 1e-30.")
  private boolean check;

  @Option(
      names = "--tolerance",
      defaultValue = "0.002",
      description =
          "Largest difference that --check tolerates, relative to a loss above 1 (default:"
              + " ${DEFAULT-VALUE}). Adam makes full steps of gradients that are mere rounding"
              + " errors, so large networks part sooner.")
  private double tolerance;

  @Option(names = "--operations", description = "Also the operations that take the time.")
  private boolean operations;

  @Option(
      names = "--row",
      description =
          "Rows of the Markdown tables of src/site/markdown/performance.md instead of text; that of"
              + " memory only without --stock, whose layers take memory, too.")
  private boolean row;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    return check ? check() : measure();
  }

  /** CPU milliseconds of an iteration in each turn. */
  private static final class Turns {
    final double[] floor;
    final double[] ours;
    final double[] clock;
    final double[] libtorch;
    final double[] stock;

    Turns(int count) {
      floor = new double[count];
      ours = new double[count];
      clock = new double[count];
      libtorch = new double[count];
      stock = new double[count];
    }
  }

  private int measure() {
    Experiment experiment = experiment();
    StepBench bench = new StepBench(experiment, ImageShape.parse(shape));
    Turns turns = new Turns(options.repeats);
    int iterations;
    double heap = 0;
    long peerBytes = 0;
    // First, as it refuses settings that it has not.
    try (Peer other = peer ? new Peer(experiment(STOCK), bench.shape(), bench.real(), 1) : null) {
      iterations = options.roundsOr(warmUp(bench::run));
      StepBench stockBench = stock ? new StepBench(experiment(STOCK), bench.shape()) : null;
      if (stock) {
        stockBench.run(iterations);
      }
      if (peer) {
        warmUp(other::run);
      }
      for (int i = 0; i < options.repeats; i++) {
        turns.floor[i] = 1e3 * bench.multiplyAdds() / StepBench.productRate();
        StepBench.Cost cost = bench.run(iterations);
        turns.ours[i] = 1e3 * cost.cpuSeconds();
        turns.clock[i] = 1e3 * cost.seconds();
        heap = cost.heapBytes();
        turns.libtorch[i] = peer ? 1e3 * other.run(iterations) : 0;
        turns.stock[i] = stock ? 1e3 * stockBench.run(iterations).cpuSeconds() : 0;
      }
      peerBytes = peer ? other.peakBytes() : 0;
    }
    if (row) {
      printRow(experiment, bench, turns);
    } else {
      print(experiment, bench, turns);
    }
    if (!row || !stock) {
      printMemory(experiment, heap, peerBytes);
    }
    if (operations) {
      printOperations(bench, iterations * options.repeats);
    }
    return 0;
  }

  /**
   * Makes iterations until the JIT compiler is done.
   *
   * @param run makes a number of iterations
   * @return iterations that a measurement needs by default
   */
  private static int warmUp(IntConsumer run) {
    long start = System.nanoTime();
    int iterations = 0;
    double seconds;
    do {
      run.accept(1);
      iterations++;
      seconds = (System.nanoTime() - start) / 1e9;
    } while (seconds < WARM_UP_SECONDS);
    return Math.max(FEWEST, (int) Math.ceil(iterations * SECONDS / seconds));
  }

  private void print(Experiment experiment, StepBench bench, Turns turns) {
    out()
        .printf(
            "%s, %s, batches of %d: %s CPU ms per iteration, %s times its matrix products"
                + " (%.2f G multiply-adds, %s ms)%n",
            experiment.name(),
            shape,
            experiment.train().batchSize(),
            Spread.of(turns.ours).quartiles(2),
            Spread.ofRatios(turns.ours, turns.floor).quartiles(2),
            bench.multiplyAdds() / 1e9,
            Spread.of(turns.floor).quartiles(2));
    out().printf("%s ms by the clock on %s%n", Spread.of(turns.clock).quartiles(2), bench.device());
    if (peer) {
      printOther("libtorch", turns.ours, turns.libtorch);
    }
    if (stock) {
      printOther("Deeplearning4j's own layers", turns.ours, turns.stock);
    }
  }

  private void printOther(String name, double[] ours, double[] others) {
    Spread ratios = Spread.ofRatios(ours, others);
    out()
        .printf(
            "%s: %s CPU ms per iteration; ours over it %s (%s to %s)%n",
            name,
            Spread.of(others).quartiles(2),
            ratios.quartiles(2),
            two(ratios.least()),
            two(ratios.most()));
  }

  private void printRow(Experiment experiment, StepBench bench, Turns turns) {
    out()
        .printf(
            "| %s | %s | %.2f | %s | %s | %s | %s | %s | %s | %s |%n",
            experiment.name(),
            shape,
            bench.multiplyAdds() / 1e9,
            stock ? median(turns.stock) : "",
            median(turns.ours),
            peer ? median(turns.libtorch) : "",
            median(turns.floor),
            stock ? Spread.ofRatios(turns.ours, turns.stock).extremes(2) : "",
            peer ? Spread.ofRatios(turns.ours, turns.libtorch).extremes(2) : "",
            Spread.ofRatios(turns.ours, turns.floor).extremes(2));
  }

  private void printMemory(Experiment experiment, double heap, long peerBytes) {
    String ours = two(heap / 1e6);
    long resident = ResidentMemory.peakBytes() / 1_000_000;
    String others = peer ? Long.toString(peerBytes / 1_000_000) : "";
    if (row) {
      out().printf("| %s (memory) | %s | %d | %s |%n", experiment.name(), ours, resident, others);
    } else {
      out()
          .printf(
              "allocated on the heap per iteration: %s MB; peak resident memory: %d MB%s%n",
              ours, resident, peer ? ", libtorch's " + others + " MB" : "");
    }
  }

  private static String median(double[] values) {
    return two(Spread.of(values).median());
  }

  private static String two(double number) {
    return String.format(Locale.ROOT, "%.2f", number);
  }

  private void printOperations(StepBench bench, int iterations) {
    for (Operations.Share share : Operations.of(() -> bench.run(iterations))) {
      if (share.share() >= LEAST_SHARE) {
        out().printf("%5.1f %%  %s%n", 100 * share.share(), share.operation());
      }
    }
  }

  private int check() {
    List<String> changes = withoutChance(experiment());
    StepBench bench = new StepBench(experiment(changes), ImageShape.parse(shape));
    changes.add(STOCK);
    double worst = 0;
    try (Peer other = new Peer(experiment(changes), bench.shape(), bench.real(), 1)) {
      for (int i = 0; i < CHECKED_ITERATIONS; i++) {
        Peer.Losses theirs = other.iterate(bench.latent());
        Losses ours = bench.iterate();
        out()
            .printf(
                "iteration %d: discriminator %.6f, libtorch %.6f; generator %.6f, libtorch %.6f%n",
                i,
                ours.discriminator(),
                theirs.discriminator(),
                ours.generator(),
                theirs.generator());
        worst = Math.max(worst, difference(ours.discriminator(), theirs.discriminator()));
        worst = Math.max(worst, difference(ours.generator(), theirs.generator()));
      }
    }
    out()
        .printf(
            "largest relative difference %.1e, tolerated %s: %s%n",
            worst, tolerance, worst <= tolerance ? "the same" : "not the same");
    return worst <= tolerance ? 0 : 1;
  }

  private static double difference(double ours, double theirs) {
    return Math.abs(ours - theirs) / Math.max(1, Math.abs(theirs));
  }

  /** Settings without dropout and with next to no noise, as draws cannot be equal. */
  static List<String> withoutChance(Experiment experiment) {
    List<String> changes = new ArrayList<>();
    addWithoutChance("generator", experiment.generator().layers(), changes);
    addWithoutChance("discriminator", experiment.discriminator().layers(), changes);
    return changes;
  }

  private static void addWithoutChance(
      String whose, List<LayerConfig> layers, List<String> changes) {
    for (int i = 0; i < layers.size(); i++) {
      if (layers.get(i).dropout() > 0) {
        changes.add("%s.layers.%d.dropout=0".formatted(whose, i));
      } else if (layers.get(i) instanceof LayerConfig.Noise) {
        changes.add("%s.layers.%d.sd=%s".formatted(whose, i, NEXT_TO_NO_NOISE));
      }
    }
  }

  private Experiment experiment(String... further) {
    return experiment(List.of(further));
  }

  private Experiment experiment(List<String> further) {
    Path file = network == null ? options.file : Path.of("conf/experiments", network + ".yaml");
    return options.experiment(file, 1, 1, further);
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
