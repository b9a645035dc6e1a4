package io.momentgan.bench;

import io.momentgan.config.Experiment;
import io.momentgan.config.LayerConfig;
import io.momentgan.config.UserException;
import io.momentgan.data.ImageShape;
import io.momentgan.step.Losses;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench step}: what an iteration costs, beside its matrix products, stock and libtorch. */
@Command(
    name = "step",
    mixinStandardHelpOptions = true,
    description =
        "CPU time of an iteration of one worker, beside that of its matrix products; --rounds are"
            + " iterations per measurement. Measurements of all sides take turns; OMP_NUM_THREADS=1"
            + " is what their figures are meant for.")
final class BenchStepCommand implements Callable<Integer> {
  private static final String PEER = "momentgan.peer";
  private static final String STOCK = "kernels=stock";
  private static final int CHECKED_ITERATIONS = 5;
  private static final Duration WARM_UP = Duration.ofSeconds(12);
  private static final double LEAST_SHARE = 0.01;

  @Mixin private BenchCommand.Choice choice;

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
          "Instead, checks that libtorch's losses are ours: some iterations from the same"
              + " parameters with the same z, without dropout.")
  private boolean check;

  @Option(
      names = "--tolerance",
      defaultValue = "0.002",
      description =
          "Largest difference that --check puts up with, of a loss or of 1 (default:"
              + " ${DEFAULT-VALUE}). Adam makes full steps of gradients that are nothing but"
              + " rounding, so large networks part sooner.")
  private double tolerance;

  @Option(names = "--operations", description = "Also which operations take the time.")
  private boolean operations;

  @Option(names = "--row", description = "One row of a Markdown table instead of text.")
  private boolean row;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    return check ? check() : measure();
  }

  private int measure() {
    Experiment experiment = experiment();
    StepBench bench = new StepBench(experiment, ImageShape.parse(shape));
    warmUp(() -> bench.run(choice.rounds()));
    Optional<StepBench> stockBench =
        stock ? Optional.of(new StepBench(experiment(STOCK), bench.shape())) : Optional.empty();
    stockBench.ifPresent(other -> other.run(choice.rounds()));
    double[] floor = new double[choice.repeats()];
    double[] ours = new double[choice.repeats()];
    double[] theirs = new double[choice.repeats()];
    double[] stocks = new double[choice.repeats()];
    double heap = 0;
    long peerBytes = 0;
    try (Peer other =
        peer ? new Peer(peerFolder(), experiment(STOCK), bench.shape(), bench.images()) : null) {
      if (other != null) {
        warmUp(() -> other.run(choice.rounds()));
      }
      for (int i = 0; i < choice.repeats(); i++) {
        floor[i] = 1e3 * bench.multiplyAdds() / StepBench.productRate();
        StepBench.Cost cost = bench.run(choice.rounds());
        ours[i] = 1e3 * cost.cpuSeconds();
        heap = cost.heapBytes();
        theirs[i] = other == null ? 0 : 1e3 * other.run(choice.rounds());
        int at = i;
        stockBench.ifPresent(s -> stocks[at] = 1e3 * s.run(choice.rounds()).cpuSeconds());
      }
      peerBytes = other == null ? 0 : other.peakBytes();
    }
    if (row) {
      printRow(experiment, bench, ours, theirs, stocks, floor);
    } else {
      print(experiment, bench, ours, theirs, stocks, floor);
      out()
          .printf(
              "allocated on the heap per iteration: %.2f MB; peak resident memory: %d MB%s%n",
              heap / 1e6,
              ResidentMemory.peakBytes() / 1_000_000,
              peer ? ", libtorch's %d MB".formatted(peerBytes / 1_000_000) : "");
    }
    if (operations) {
      printOperations(bench);
    }
    return 0;
  }

  /** Until what the JVM's compiler can do is done. */
  private static void warmUp(Runnable measurement) {
    long end = System.nanoTime() + WARM_UP.toNanos();
    do {
      measurement.run();
    } while (System.nanoTime() < end);
  }

  private void print(
      Experiment experiment,
      StepBench bench,
      double[] ours,
      double[] theirs,
      double[] stocks,
      double[] floor) {
    out()
        .printf(
            "%s, %s, batches of %d: %s CPU ms per iteration, %s times its matrix products"
                + " (%.2f G multiply-adds, %s ms)%n",
            experiment.name(),
            shape,
            experiment.train().batchSize(),
            Spread.of(ours).text(2),
            Spread.ofRatios(ours, floor).text(2),
            bench.multiplyAdds() / 1e9,
            Spread.of(floor).text(2));
    if (peer) {
      printOther("libtorch", ours, theirs);
    }
    if (stock) {
      printOther("Deeplearning4j's own layers", ours, stocks);
    }
  }

  private void printOther(String name, double[] ours, double[] others) {
    out()
        .printf(
            "%s: %s CPU ms per iteration; ours over it %s (%s to %s)%n",
            name,
            Spread.of(others).text(2),
            Spread.ofRatios(ours, others).text(2),
            two(Spread.extremesOfRatios(ours, others).low()),
            two(Spread.extremesOfRatios(ours, others).high()));
  }

  private void printRow(
      Experiment experiment,
      StepBench bench,
      double[] ours,
      double[] theirs,
      double[] stocks,
      double[] floor) {
    out()
        .printf(
            "| %s | %s | %.2f | %s | %s | %s | %s | %s | %s | %s |%n",
            experiment.name(),
            shape,
            bench.multiplyAdds() / 1e9,
            stock ? two(Spread.of(stocks).median()) : "",
            two(Spread.of(ours).median()),
            peer ? two(Spread.of(theirs).median()) : "",
            two(Spread.of(floor).median()),
            stock ? ratio(ours, stocks) : "",
            peer ? ratio(ours, theirs) : "",
            ratio(ours, floor));
  }

  private static String ratio(double[] ours, double[] others) {
    Spread extremes = Spread.extremesOfRatios(ours, others);
    return "%s (%s-%s)"
        .formatted(two(extremes.median()), two(extremes.low()), two(extremes.high()));
  }

  private static String two(double number) {
    return String.format(Locale.ROOT, "%.2f", number);
  }

  private void printOperations(StepBench bench) {
    int iterations = choice.rounds() * choice.repeats();
    for (Operations.Share share : Operations.of(() -> bench.run(iterations))) {
      if (share.share() >= LEAST_SHARE) {
        out().printf("%5.1f %%  %s%n", 100 * share.share(), share.operation());
      }
    }
  }

  private int check() {
    String[] without = withoutDropout();
    StepBench bench = new StepBench(experiment(without), ImageShape.parse(shape));
    List<String> forPeer = new ArrayList<>(List.of(without));
    forPeer.add(STOCK);
    Experiment described = experiment(forPeer.toArray(String[]::new));
    double worst = 0;
    try (Peer other = new Peer(peerFolder(), described, bench.shape(), bench.images())) {
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

  /** Its masks cannot be the same. */
  private String[] withoutDropout() {
    Experiment experiment = experiment();
    List<String> changes = new ArrayList<>();
    addWithoutDropout("generator", experiment.generator().layers(), changes);
    addWithoutDropout("discriminator", experiment.discriminator().layers(), changes);
    return changes.toArray(String[]::new);
  }

  private static void addWithoutDropout(
      String whose, List<LayerConfig> layers, List<String> changes) {
    for (int i = 0; i < layers.size(); i++) {
      if (layers.get(i).dropout() > 0) {
        changes.add("%s.layers.%d.dropout=0".formatted(whose, i));
      }
    }
  }

  private Experiment experiment(String... further) {
    Path file = network == null ? choice.file() : Path.of("conf/experiments", network + ".yaml");
    return choice.experiment(file, 1, 1, List.of(further));
  }

  private static Path peerFolder() {
    String folder = System.getProperty(PEER, "");
    if (folder.isEmpty() || !Files.exists(Path.of(folder, "classpath.txt"))) {
      throw new UserException(
          "--peer: found no libtorch, expected that of src/peer; run submit/local, which builds it");
    }
    return Path.of(folder);
  }

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }
}
