package io.momentgan.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.momentgan.collective.LocalCollectives;
import io.momentgan.config.Experiment;
import io.momentgan.config.Experiment.EngineName;
import io.momentgan.config.ExperimentReader;
import io.momentgan.config.UserException;
import io.momentgan.data.DataSet;
import io.momentgan.data.ImageSource;
import io.momentgan.data.sets.DataSets;
import io.momentgan.device.Device;
import io.momentgan.engine.Dl4jEngine;
import io.momentgan.engine.Engine;
import io.momentgan.engine.TrainedPair;
import io.momentgan.moments.RealSide;
import io.momentgan.network.state.ReplayBuffer;
import io.momentgan.partition.Shard;
import io.momentgan.step.Batch;
import io.momentgan.step.GanStep;
import io.momentgan.step.Losses;
import io.momentgan.step.RealBatches;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code device-check}: correctness and time of steps on this machine's device. */
@Command(
    name = "device-check",
    mixinStandardHelpOptions = true,
    description =
        "Makes the first iterations of experiments on this process's device, prints their time, and"
            + " compares their losses with another device's; see submit/gpu-check.")
final class DeviceCheckCommand implements Callable<Integer> {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int WARM_UP = 10;

  @Parameters(
      paramLabel = "EXPERIMENT.yaml",
      arity = "1..*",
      description = "Settings whose networks are used, such as conf/experiments/ff-6.yaml.")
  private List<Path> files;

  @Option(
      names = "--engine",
      defaultValue = "dl4j",
      description =
          "The engine that is checked (${DEFAULT-VALUE}). Each iteration of torch begins with the"
              + " state of the default engine on the CPU, whose losses it is compared with.")
  private EngineName engineName;

  @Option(names = "--iterations", defaultValue = "50", description = "Default: ${DEFAULT-VALUE}.")
  private int iterations;

  @Option(names = "--tolerance", defaultValue = "0.01", description = "Nats (${DEFAULT-VALUE}).")
  private double tolerance;

  @Option(names = "--gpu", description = "Refuse the CPU.")
  private boolean gpu;

  @Option(names = "--out", paramLabel = "FILE", description = "File to write the losses to.")
  private Path out;

  @Option(names = "--against", paramLabel = "FILE", description = "Losses of another device.")
  private Path against;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (iterations <= WARM_UP) {
      throw new UserException(
          "--iterations %d: expected more than %d, which are not timed"
              .formatted(iterations, WARM_UP));
    }
    boolean torch = engineName == EngineName.TORCH;
    if (torch && (out != null || against != null)) {
      throw new UserException(
          "--engine torch: found --out or --against with it, expected neither; it is compared with the default engine");
    }
    Engine engine = Engine.of(engineName);
    Device device = engine.bind(engine.gpus() > 0 ? 0 : -1);
    print("Device: " + device);
    if (gpu && !device.isGpu()) {
      throw new UserException(
          "--gpu: found the CPU, expected a GPU; %s".formatted(engine.whyNoGpu()));
    }
    engine.tryOut(device, "this machine");
    if (torch || device.isGpu()) {
      print("Smoke test: a training step with a convolution works");
    }
    Map<String, double[]> losses = new TreeMap<>();
    for (Path file : files) {
      if (torch) {
        compareSteps(file, engine, device);
      } else {
        losses.put(file.getFileName().toString(), run(file, engine, device));
      }
    }
    if (out != null) {
      JSON.writeValue(out.toFile(), losses);
    }
    if (against != null) {
      compare(losses);
    }
    return 0;
  }

  private static Experiment experiment(Path file, List<String> changes) {
    List<String> all = new ArrayList<>(changes);
    all.addAll(
        List.of(
            "train.workers=1", "data.uri=glyphs", "data.validation=0", "data.glyphs.train=2000"));
    return ExperimentReader.read(file, all);
  }

  /** A worker on the embedded digits. */
  @SuppressWarnings("try") // an iteration is closed, not looked at
  private static final class Worker {
    private final Shard shard;
    private final TrainedPair networks;
    private final GanStep step;
    private final int[] order;
    private final int batchSize;

    Worker(Experiment experiment, Engine engine, Device device) {
      DataSet data = DataSets.open(experiment.data(), Map.of());
      ImageSource images = data.training();
      int[] all = IntStream.range(0, images.count()).toArray();
      this.shard = new Shard(0, images.read(all), experiment.generator().output().black());
      this.networks = engine.open(experiment, images.shape(), device);
      this.step =
          new GanStep(
              experiment,
              networks,
              LocalCollectives.alone(),
              RealSide.UNKNOWN,
              false,
              Optional.empty(),
              new float[0],
              ReplayBuffer.EMPTY);
      this.order = shard.order(experiment.train().seed(), 1, 0);
      this.batchSize = experiment.train().batchSize();
    }

    /** Makes an iteration. */
    Losses iterate(int iteration) {
      try (TrainedPair.Iteration memory = networks.begin()) {
        return step.iterate(batches(iteration), iteration);
      }
    }

    /** Computes the losses after an iteration. */
    Losses evaluate(int iteration) {
      try (TrainedPair.Iteration memory = networks.begin()) {
        return step.evaluate(batches(iteration), iteration);
      }
    }

    private RealBatches batches(int iteration) {
      int[] chosen = Shard.batch(order, iteration % (order.length / batchSize), batchSize);
      return RealBatches.shared(new Batch(networks.images(shard, chosen), shard.classes(chosen)));
    }

    /** Goes on with the networks of another. */
    void follow(Worker other) {
      networks.generator().load(other.networks.generator().state());
      networks.discriminator().load(other.networks.discriminator().state());
    }
  }

  private double[] run(Path file, Engine engine, Device device) {
    Experiment experiment = experiment(file, List.of());
    Worker worker = new Worker(experiment, engine, device);
    double[] losses = new double[2 * iterations];
    double[] millis = new double[iterations];
    for (int i = 0; i < iterations; i++) {
      long start = System.nanoTime();
      Losses found = worker.iterate(i);
      millis[i] = (System.nanoTime() - start) / 1e6;
      losses[2 * i] = found.discriminator();
      losses[2 * i + 1] = found.generator();
    }
    printTime(file, millis, experiment.train().batchSize());
    return losses;
  }

  /**
   * Compares single iterations from the same states: whole trainings part after some iterations, by
   * rounding alone.
   */
  private void compareSteps(Path file, Engine engine, Device device) {
    List<String> changes = StepCommand.withoutChance(experiment(file, List.of()));
    Engine reference = new Dl4jEngine();
    Experiment ofReference = experiment(file, changes).with("engine=dl4j");
    reference.require(ofReference);
    Worker expected = new Worker(ofReference, reference, reference.bind(-1));
    Experiment experiment = ofReference.with("engine=torch");
    Worker worker = new Worker(experiment, engine, device);
    double[] millis = new double[iterations];
    double largest = 0;
    for (int i = 0; i < iterations; i++) {
      worker.follow(expected);
      long start = System.nanoTime();
      Losses found = worker.iterate(i);
      millis[i] = (System.nanoTime() - start) / 1e6;
      largest = Math.max(largest, difference(found, expected.iterate(i)));
      largest = Math.max(largest, difference(worker.evaluate(i), expected.evaluate(i)));
    }
    printTime(file, millis, experiment.train().batchSize());
    requireSmall(file.getFileName().toString(), largest, "the default engine's on the CPU");
  }

  private static double difference(Losses found, Losses expected) {
    return Math.max(
        Math.abs(found.discriminator() - expected.discriminator()),
        Math.abs(found.generator() - expected.generator()));
  }

  private void printTime(Path file, double[] millis, int batchSize) {
    double[] timed = Arrays.copyOfRange(millis, WARM_UP, iterations);
    Arrays.sort(timed);
    print(
        String.format(
            Locale.ROOT,
            "%s: %.2f ms per iteration of %d images (median of %d)",
            file.getFileName(),
            timed[timed.length / 2],
            batchSize,
            timed.length));
  }

  private void compare(Map<String, double[]> losses) throws IOException {
    for (Map.Entry<String, double[]> each : losses.entrySet()) {
      double[] expected =
          JSON.convertValue(JSON.readTree(against.toFile()).get(each.getKey()), double[].class);
      if (expected == null || expected.length != each.getValue().length) {
        throw new UserException(
            "--against %s: found no %d iterations of %s, expected them; write the file again with --out"
                .formatted(against, iterations, each.getKey()));
      }
      double largest = 0;
      for (int i = 0; i < expected.length; i++) {
        largest = Math.max(largest, Math.abs(expected[i] - each.getValue()[i]));
      }
      requireSmall(each.getKey(), largest, "those in " + against);
    }
  }

  private void requireSmall(String name, double largest, String others) {
    // Not (largest > tolerance), which NaN would pass.
    if (!(largest <= tolerance)) {
      throw new UserException(
          "%s: losses of %d iterations differ by up to %.2g from %s, expected at most %.2g; the device computes something else"
              .formatted(name, iterations, largest, others, tolerance));
    }
    print(
        String.format(
            Locale.ROOT,
            "%s: losses of %d iterations differ by at most %.2g from %s",
            name,
            iterations,
            largest,
            others));
  }

  private void print(String line) {
    spec.commandLine().getOut().println(line);
  }
}
