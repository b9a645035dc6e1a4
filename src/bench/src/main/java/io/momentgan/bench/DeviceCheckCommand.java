package io.momentgan.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.momentgan.collective.Collective;
import io.momentgan.collective.LocalCollectives;
import io.momentgan.config.Experiment;
import io.momentgan.config.ExperimentReader;
import io.momentgan.config.UserException;
import io.momentgan.data.DataSet;
import io.momentgan.data.ImageSource;
import io.momentgan.data.sets.DataSets;
import io.momentgan.device.Device;
import io.momentgan.device.Devices;
import io.momentgan.device.SmokeTest;
import io.momentgan.engine.ArrayRows;
import io.momentgan.engine.Dl4jPair;
import io.momentgan.moments.RealSide;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.state.ReplayBuffer;
import io.momentgan.partition.Shard;
import io.momentgan.step.Batch;
import io.momentgan.step.GanStep;
import io.momentgan.step.Losses;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
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
    Device device = Devices.bind(0);
    print("Device: " + device);
    if (device.isGpu()) {
      SmokeTest.require(device, "this machine");
      print("Smoke test: a training step with convolution and batch normalisation works");
    } else if (gpu) {
      throw new UserException(
          "--gpu: found the CPU, expected a GPU; build with mvn -Pcuda package, on a machine with NVIDIA's driver");
    }
    Map<String, double[]> losses = new TreeMap<>();
    for (Path file : files) {
      losses.put(file.getFileName().toString(), run(file));
    }
    if (out != null) {
      JSON.writeValue(out.toFile(), losses);
    }
    if (against != null) {
      compare(losses);
    }
    return 0;
  }

  private double[] run(Path file) {
    Experiment experiment =
        ExperimentReader.read(
            file,
            List.of(
                "train.workers=1",
                "data.uri=glyphs",
                "data.validation=0",
                "data.glyphs.train=2000"));
    DataSet data = DataSets.open(experiment.data(), Map.of());
    ImageSource images = data.training();
    int[] all = IntStream.range(0, images.count()).toArray();
    Shard shard = new Shard(0, images.read(all), experiment.generator().output().black());
    GanNetworks networks = GanNetworks.build(experiment, images.shape(), DataType.FLOAT);
    double[] losses = new double[2 * iterations];
    double[] millis = new double[iterations];
    try (Collective alone = LocalCollectives.alone()) {
      GanStep step =
          new GanStep(
              experiment,
              new Dl4jPair(networks),
              alone,
              RealSide.UNKNOWN,
              false,
              Optional.empty(),
              new float[0],
              ReplayBuffer.EMPTY);
      int[] order = shard.order(experiment.train().seed(), 1, 0);
      int batchSize = experiment.train().batchSize();
      for (int i = 0; i < iterations; i++) {
        int batch = i % (images.count() / batchSize);
        float[] rows = shard.batch(order, batch, batchSize);
        int[] labels = shard.classes(order, batch, batchSize);
        INDArray real = Nd4j.create(rows, new long[] {batchSize, images.shape().features()}, 'c');
        long start = System.nanoTime();
        Losses found = step.iterate(new Batch(new ArrayRows(real), labels), i);
        millis[i] = (System.nanoTime() - start) / 1e6;
        losses[2 * i] = found.discriminator();
        losses[2 * i + 1] = found.generator();
      }
    }
    double[] timed = Arrays.copyOfRange(millis, WARM_UP, iterations);
    Arrays.sort(timed);
    print(
        String.format(
            Locale.ROOT,
            "%s: %.2f ms per iteration of %d images (median of %d)",
            file.getFileName(),
            timed[timed.length / 2],
            experiment.train().batchSize(),
            timed.length));
    return losses;
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
      // Not (largest > tolerance), which NaN would pass.
      if (!(largest <= tolerance)) {
        throw new UserException(
            "%s: losses of %d iterations differ by up to %.2g from those in %s, expected at most %.2g; the device computes something else"
                .formatted(each.getKey(), iterations, largest, against, tolerance));
      }
      print(
          String.format(
              Locale.ROOT,
              "%s: losses of %d iterations differ by at most %.2g from the other device's",
              each.getKey(),
              iterations,
              largest));
    }
  }

  private void print(String line) {
    spec.commandLine().getOut().println(line);
  }
}
