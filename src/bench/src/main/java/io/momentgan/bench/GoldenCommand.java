package io.momentgan.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import io.momentgan.config.ConfigException;
import io.momentgan.config.Experiment;
import io.momentgan.config.ExperimentReader;
import io.momentgan.config.Installation;
import io.momentgan.config.NetworkConfig;
import io.momentgan.config.OptimizerConfig;
import io.momentgan.data.ImageShape;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.Network;
import io.momentgan.network.ParameterLayout.Range;
import io.momentgan.network.state.NetworkState;
import io.momentgan.step.Losses;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.nd4j.linalg.api.buffer.DataType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code golden}: states around one step of narrow networks, for other implementations of it. */
@Command(
    name = "golden",
    mixinStandardHelpOptions = true,
    description =
        "Writes golden files for src/bench/gpu/peer.py: of narrow networks of ff-6, dconv and DCGAN the"
            + " states before and after one step, its images, z and losses, and the layers of the"
            + " whole networks for its timing.")
final class GoldenCommand implements Callable<Integer> {
  private static final JsonMapper JSON = new JsonMapper();
  // So many that Adam's moments and the running statistics are those of a training.
  private static final int ITERATIONS_BEFORE = 3;
  private static final List<String> ALONE =
      List.of("train.workers=1", "train.averaging-frequency=1");
  private static final List<Case> CASES =
      List.of(
          new Case(
              "ff-6",
              "1x28x28",
              List.of(
                  "train.batch-size=16",
                  "generator.layers.0.units=24",
                  "generator.layers.1.units=32",
                  "generator.layers.2.units=48",
                  "discriminator.layers.0.units=32"),
              "1x28x28",
              List.of(100)),
          new Case(
              "dconv-0.0001-moments",
              "1x28x28",
              List.of(
                  "train.batch-size=16",
                  "generator.layers.0.units=32",
                  "generator.layers.1.channels=24",
                  "generator.layers.2.filters=16",
                  "discriminator.layers.0.filters=8",
                  "discriminator.layers.1.filters=16",
                  "discriminator.layers.1.dropout=0"),
              "1x28x28",
              List.of(100)),
          new Case(
              "dcgan",
              "3x32x32",
              List.of(
                  "train.batch-size=16",
                  "generator.layers.0.channels=32",
                  "generator.layers.1.filters=24",
                  "generator.layers.2.filters=16",
                  "generator.layers.3.filters=8",
                  "discriminator.layers.0.filters=8",
                  "discriminator.layers.1.filters=16",
                  "discriminator.layers.2.filters=24",
                  "discriminator.layers.3.filters=32"),
              "3x64x64",
              List.of(64, 128, 256)));

  @Parameters(paramLabel = "DIR", description = "Folder to write to, which is made.")
  private Path folder;

  @Spec private CommandSpec spec;

  /**
   * A network pair.
   *
   * @param name of the settings in conf/experiments
   * @param shape of the narrow networks' images
   * @param narrow settings that make them narrow, without chance
   * @param timedShape of the whole networks' images
   * @param batches sizes of the batches that are timed
   */
  private record Case(
      String name, String shape, List<String> narrow, String timedShape, List<Integer> batches) {
    Experiment experiment(List<String> changes) {
      List<String> all = new ArrayList<>(changes);
      all.addAll(ALONE);
      return ExperimentReader.read(Installation.find(name, "conf/experiments"), all);
    }
  }

  @Override
  public Integer call() throws IOException {
    Files.createDirectories(folder);
    for (Case each : CASES) {
      writeStep(each);
      ImageShape shape = ImageShape.parse(each.timedShape());
      Map<String, Object> settings = settings(each, List.of(), shape, 0);
      settings.put("batches", each.batches());
      write("time-" + each.name(), settings);
      spec.commandLine().getOut().println(each.name());
    }
    return 0;
  }

  private void writeStep(Case each) throws IOException {
    ImageShape shape = ImageShape.parse(each.shape());
    Experiment experiment = each.experiment(each.narrow());
    StepBench bench = new StepBench(experiment, shape);
    for (int i = 0; i < ITERATIONS_BEFORE; i++) {
      bench.iterate();
    }
    String prefix = "golden-" + each.name();
    int n = experiment.train().batchSize();
    writeStates(prefix, bench.networks(), "before");
    writeArray(
        prefix + "-real", bench.real().updates().get(0).images().floats(), n, shape.features());
    writeArray(
        prefix + "-z", bench.latent(), experiment.train().dSteps(), n, experiment.latent().size());
    Losses losses = bench.iterate();
    writeStates(prefix, bench.networks(), "after");
    Map<String, Object> settings = settings(each, each.narrow(), shape, ITERATIONS_BEFORE);
    settings.put("losses", List.of(losses.discriminator(), losses.generator()));
    write(prefix, settings);
  }

  /** What peer.py needs to know of a step. */
  private static Map<String, Object> settings(
      Case each, List<String> changes, ImageShape shape, int iterations) {
    List<String> stock = new ArrayList<>(changes);
    stock.add("kernels=stock");
    Experiment e = each.experiment(stock);
    Peer.requireKnown(e);
    if (e.train().freshBatches() || e.labels().on()) {
      throw new ConfigException(
          "%s: found fresh batches or labels, expected neither; peer.py has only one real batch"
              .formatted(each.name()));
    }
    GanNetworks networks = GanNetworks.build(e, shape, DataType.FLOAT);
    ImageShape logit = new ImageShape(1, 1, 1);
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("name", each.name());
    settings.put("features", shape.features());
    settings.put("latent", e.latent().size());
    settings.put("dSteps", e.train().dSteps());
    settings.put("gSteps", e.train().gSteps());
    settings.put("realTarget", e.loss().realTarget());
    settings.put("fakeTarget", e.loss().fakeTarget());
    settings.put("weight", e.loss().weight());
    settings.put("meanWeight", e.moments().penalised() ? e.moments().meanWeight() : 0);
    settings.put("varianceWeight", e.moments().penalised() ? e.moments().varianceWeight() : 0);
    settings.put(
        "generator",
        network(
            networks.generator(),
            e.generator(),
            GanNetworks.latent(e),
            shape,
            iterations * e.train().gSteps()));
    settings.put(
        "discriminator",
        network(
            networks.discriminator(),
            e.discriminator(),
            shape,
            logit,
            iterations * e.train().dSteps()));
    return settings;
  }

  private static Map<String, Object> network(
      Network network, NetworkConfig config, ImageShape input, ImageShape output, int updates) {
    OptimizerConfig adam = config.optimizer();
    return Map.of(
        "layers",
        new PeerNetwork(network, config, input, output).lines(),
        "updates",
        updates,
        "adam",
        Map.of(
            "rate", adam.learningRate(),
            "beta1", adam.beta1(),
            "beta2", adam.beta2(),
            "epsilon", adam.epsilon(),
            "epsilonInside", adam.epsilonInside()));
  }

  private void writeStates(String prefix, GanNetworks networks, String when) throws IOException {
    writeState(prefix + "-generator-%s-" + when, networks.generator());
    writeState(prefix + "-discriminator-%s-" + when, networks.discriminator());
  }

  private void writeState(String name, Network network) throws IOException {
    NetworkState state = network.state();
    writeVector(name.formatted("params"), state.params());
    writeVector(name.formatted("m"), parts(state.updaterState(), network.updaterLayout().first()));
    writeVector(name.formatted("v"), parts(state.updaterState(), network.updaterLayout().second()));
  }

  private static float[] parts(float[] all, List<Range> ranges) {
    float[] parts = new float[ranges.stream().mapToInt(Range::length).sum()];
    int at = 0;
    for (Range range : ranges) {
      System.arraycopy(all, range.from(), parts, at, range.length());
      at += range.length();
    }
    return parts;
  }

  private void writeVector(String name, float[] values) throws IOException {
    writeArray(name, values, values.length);
  }

  /** Writes NumPy's format, version 1. */
  private void writeArray(String name, float[] values, int... shape) throws IOException {
    StringBuilder sizes = new StringBuilder();
    for (int size : shape) {
      sizes.append(size).append(',');
    }
    String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }".formatted(sizes);
    int padded = (10 + header.length() + 1 + 63) / 64 * 64 - 10;
    byte[] text =
        (header + " ".repeat(padded - header.length() - 1) + "\n")
            .getBytes(StandardCharsets.US_ASCII);
    byte[] bytes = NetworkState.bytes(values);
    byte[] all = new byte[10 + text.length + bytes.length];
    byte[] magic = {
      (byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) text.length, (byte) (text.length >> 8)
    };
    System.arraycopy(magic, 0, all, 0, magic.length);
    System.arraycopy(text, 0, all, magic.length, text.length);
    System.arraycopy(bytes, 0, all, magic.length + text.length, bytes.length);
    Files.write(folder.resolve(name + ".npy"), all);
  }

  private void write(String name, Map<String, Object> settings) throws IOException {
    Files.writeString(folder.resolve(name + ".json"), JSON.writeValueAsString(settings));
  }
}
