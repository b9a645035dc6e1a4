package io.momentgan.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.Experiments;
import io.momentgan.collective.Group;
import io.momentgan.collective.LocalCollectives;
import io.momentgan.collective.Meeting;
import io.momentgan.config.ConfigException;
import io.momentgan.config.Experiment;
import io.momentgan.config.LayerConfig;
import io.momentgan.data.ImageShape;
import io.momentgan.device.Device;
import io.momentgan.engine.ArrayRows;
import io.momentgan.engine.Dl4jEngine;
import io.momentgan.engine.Dl4jPair;
import io.momentgan.engine.TrainedNetwork;
import io.momentgan.engine.TrainedPair;
import io.momentgan.moments.RealSide;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.Network;
import io.momentgan.network.state.NetworkSize;
import io.momentgan.network.state.NetworkState;
import io.momentgan.network.state.ReplayBuffer;
import io.momentgan.step.Batch;
import io.momentgan.step.GanStep;
import io.momentgan.step.Losses;
import io.momentgan.step.RealBatches;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Each settings file of the repository by both engines: single steps from shared states, in double,
 * without dropout and with noise that is lost in rounding.
 */
@Tag("torch")
class EngineContractTest {
  private static final ImageShape IMAGE = new ImageShape(1, 28, 28);
  private static final int BATCH = 4;
  private static final String VIRTUAL_DENSE =
      "ff-1;generator.layers=[{type: dense, units: 50, virtual-batch-norm: true},"
          + " {type: dense, units: 60}, {type: dense, units: 70, virtual-batch-norm: true}]"
          + ";generator.batch-norm.virtual-batch=7;labels.classes=10";

  /** Layers that pad in all ways after turned images, with weights that make a wrong place show. */
  private static final String TURNED =
      "dcgan;generator.bias=0.05;generator.weights=normal;generator.weights-sd=0.1;discriminator.weights=normal"
          + ";discriminator.weights-sd=0.15;generator.layers=[{type: project, channels: 6}"
          + ", {type: transposed-convolution, filters: 5, kernel: 5}"
          + ", {type: transposed-convolution, filters: 4, kernel: 2, stride: 1}"
          + ", {type: transposed-convolution, filters: 4, kernel: 3, stride: 1}]"
          + ";discriminator.layers=[{type: convolution, filters: 4, kernel: 5, stride: 2}"
          + ", {type: convolution, filters: 5, kernel: 3, stride: 1}"
          + ", {type: convolution, filters: 6, kernel: 4, stride: 1}"
          + ", {type: convolution, filters: 5, kernel: 3, stride: 2, padding: valid}"
          + ", {type: convolution, filters: 7, kernel: 3, stride: 2}"
          + ", {type: convolution, filters: 5, kernel: 2, stride: 1, padding: valid}"
          + ", {type: global-pool}]";

  private static final int[] CLASSES = {3, 1, 4, 1};

  /** Of 8000 units: minutes in double, and layers that gan-2014 has too. */
  private static final Set<String> LARGE = Set.of("gan-2014-cifar10", "gan-2014-tfd");

  static final Device CPU = new TorchEngine().bind(-1);

  static Stream<String> names() throws IOException {
    try (Stream<Path> files = Files.list(Experiments.REPOSITORY.resolve("conf/experiments"))) {
      return files
          .map(file -> file.getFileName().toString().replace(".yaml", ""))
          .filter(EngineContractTest::isFollowed)
          .filter(name -> !LARGE.contains(name))
          .sorted()
          .toList()
          .stream();
    }
  }

  /** Settings that no file has together. */
  static Stream<String> changed() {
    return Stream.of(
        "hacks-spectral-norm;discriminator.freeze=1",
        "improved-gan-mnist;discriminator.freeze=2",
        "improved-gan-mnist;discriminator.optimizer.historical-averaging=0.1"
            + ";generator.optimizer.historical-averaging=0.1",
        "hacks-spectral-norm;discriminator.optimizer.historical-averaging=0.1",
        TURNED,
        "dcgan;loss.generator=feature-matching",
        VIRTUAL_DENSE + ";labels.generator=one-hot",
        VIRTUAL_DENSE + ";labels.generator=embedding");
  }

  private static boolean isFollowed(String name) {
    try {
      new Dl4jEngine().require(Experiments.named(name));
      return true;
    } catch (ConfigException e) {
      return false;
    }
  }

  private static Experiment withoutChance(String name) {
    List<String> changes = new ArrayList<>();
    changes.add("train.batch-size=" + BATCH);
    changes.add("train.workers=1");
    // Else Adam makes full steps of gradients that are mere rounding errors, as those of biases
    // before batch normalisation.
    changes.add("generator.optimizer.epsilon=0.001");
    changes.add("discriminator.optimizer.epsilon=0.001");
    // Else the cut parts of augmented images are 0 before the rectifier, whose derivative there is
    // 1 in one library and the slope in the other.
    changes.add("discriminator.bias=0.05");
    String[] words = name.split(";");
    changes.addAll(List.of(words).subList(1, words.length));
    Experiment experiment = Experiments.named(words[0]);
    if (experiment.generator().batchNorm().virtualBatch() > 0) {
      changes.add("generator.batch-norm.virtual-batch=7");
    }
    addWithoutChance("generator", experiment.generator().layers(), changes);
    addWithoutChance("discriminator", experiment.discriminator().layers(), changes);
    return Experiments.named(words[0], changes.toArray(String[]::new));
  }

  private static void addWithoutChance(
      String section, List<LayerConfig> layers, List<String> changes) {
    for (int i = 0; i < layers.size(); i++) {
      if (layers.get(i).dropout() > 0) {
        changes.add("%s.layers.%d.dropout=1.0e-12".formatted(section, i));
      } else if (layers.get(i) instanceof LayerConfig.Noise) {
        changes.add("%s.layers.%d.sd=1.0e-30".formatted(section, i));
      }
    }
  }

  @ParameterizedTest
  @MethodSource({"names", "changed"})
  void stepsAreThoseOfTheOtherEngine(String name) {
    Experiment experiment = withoutChance(name);
    TrainedPair ours =
        new Dl4jPair(GanNetworks.build(experiment.with("kernels=stock"), IMAGE, DataType.DOUBLE));
    TrainedPair torch = TorchEngine.open(experiment, IMAGE, CPU, DataType.DOUBLE);
    initialise(experiment, ours.structure());
    share(ours, torch);
    GanStep step = step(experiment, ours, name);
    GanStep other = step(experiment, torch, name + " by libtorch");
    RealBatches first = real(experiment, 0);
    assertClose(other.evaluate(first, 0), step.evaluate(first, 0));
    for (int iteration = 0; iteration < 2; iteration++) {
      RealBatches real = real(experiment, iteration);
      assertClose(other.iterate(real, iteration), step.iterate(real, iteration));
      assertClose(torch.generator(), ours.generator());
      assertClose(torch.discriminator(), ours.discriminator());
      share(torch, ours);
    }
  }

  /** Takes first values from data where the settings say so, as the driver does. */
  private static void initialise(Experiment experiment, GanNetworks networks) {
    if (experiment.train().initImages() > 0) {
      INDArray z = Nd4j.rand(DataType.DOUBLE, BATCH, experiment.latent().size());
      networks.generator().initialise(z, CLASSES);
      networks.discriminator().initialise(images(), CLASSES);
    }
  }

  /** Both go on with the one's state, rounded to floats. */
  private static void share(TrainedPair from, TrainedPair to) {
    share(from.generator(), to.generator());
    share(from.discriminator(), to.discriminator());
  }

  private static void share(TrainedNetwork from, TrainedNetwork to) {
    NetworkState state = from.state();
    from.load(state);
    to.load(state);
  }

  private static GanStep step(Experiment experiment, TrainedPair networks, String group) {
    return new GanStep(
        experiment,
        networks,
        new LocalCollectives()
            .join(new Group(group, 0, 0, 0, 0), 0, Meeting.of(1, Duration.ofSeconds(60))),
        RealSide.UNKNOWN,
        false,
        Optional.empty(),
        new float[0],
        ReplayBuffer.EMPTY);
  }

  private static RealBatches real(Experiment experiment, int iteration) {
    int batches = experiment.train().freshBatches() ? experiment.train().dSteps() + 1 : 1;
    List<Batch> updates = new ArrayList<>();
    for (int i = 0; i < batches; i++) {
      updates.add(batch(10 * iteration + i));
    }
    boolean taught = experiment.labels().perClass() > 0;
    List<Batch> unlabelled =
        updates.stream().map(batch -> new Batch(batch.images(), new int[0])).toList();
    return new RealBatches(
        taught ? unlabelled : updates, taught ? List.of(batch(100 + iteration)) : List.of());
  }

  private static Batch batch(int seed) {
    return new Batch(new ArrayRows(images()), new int[] {7, 0, 9, seed % 10});
  }

  private static INDArray images() {
    return Nd4j.rand(DataType.DOUBLE, BATCH, IMAGE.features()).muli(2).subi(1);
  }

  private static void assertClose(Losses found, Losses expected) {
    double[] ours = values(found);
    double[] theirs = values(expected);
    for (int i = 0; i < ours.length; i++) {
      double tolerance = 1e-6 * Math.max(1, Math.abs(theirs[i]));
      assertThat(ours[i])
          .as("%s, expected %s", found, expected)
          .isCloseTo(theirs[i], within(tolerance));
    }
  }

  private static double[] values(Losses l) {
    return new double[] {
      l.discriminator(),
      l.generator(),
      l.generatorBce(),
      l.momentMean(),
      l.momentVariance(),
      l.dReal(),
      l.dFake(),
      l.dGradientNorm(),
      l.gGradientNorm(),
      l.discriminatorBce(),
      l.gradientPenalty()
    };
  }

  private static void assertClose(TrainedNetwork network, TrainedNetwork expected) {
    NetworkState found = network.state();
    NetworkState wanted = expected.state();
    assertThat(found.updates()).isEqualTo(wanted.updates());
    assertThat(largestDifference(found.params(), wanted.params())).isLessThan(1e-5);
    assertThat(largestDifference(found.updaterState(), wanted.updaterState())).isLessThan(1e-5);
  }

  // AssertJ's own comparison of long arrays takes minutes where they differ.
  private static double largestDifference(float[] found, float[] expected) {
    assertThat(found).hasSameSizeAs(expected);
    double largest = 0;
    for (int i = 0; i < found.length; i++) {
      double scale = Math.max(1, Math.abs(expected[i]));
      largest = Math.max(largest, Math.abs((double) found[i] - expected[i]) / scale);
    }
    return largest;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hacks-spectral-norm",
        "historical-averaging",
        "improved-gan-mnist",
        "minibatch-discrimination-mnist",
        "virtual-batch-norm"
      })
  void loadThenStateAndTheOtherEnginesFileKeepTheBits(String preset) throws IOException {
    Experiment experiment = Experiments.named(preset);
    GanNetworks networks = GanNetworks.build(experiment, IMAGE, DataType.FLOAT);
    TrainedPair torch =
        TorchEngine.open(experiment.with("train.seed=7"), IMAGE, CPU, DataType.FLOAT);
    assertKeepsTheBits(
        networks.generator(), torch.generator(), GanNetworks.generatorSize(experiment, IMAGE));
    assertKeepsTheBits(
        networks.discriminator(),
        torch.discriminator(),
        GanNetworks.discriminatorSize(experiment, IMAGE));
  }

  @Test
  void aPairThatDivergedGoesOnFromGoodStatesAsANewOne() {
    Experiment experiment = withoutChance("dcgan");
    TrainedPair fresh = TorchEngine.open(experiment, IMAGE, CPU, DataType.FLOAT);
    TrainedPair diverged = TorchEngine.open(experiment, IMAGE, CPU, DataType.FLOAT);
    NetworkState g = fresh.generator().state();
    NetworkState d = fresh.discriminator().state();
    float[] nothing = new float[g.params().length];
    Arrays.fill(nothing, Float.NaN);
    diverged.generator().load(new NetworkState(nothing, g.updaterState(), 0));
    RealBatches real = real(experiment, 0);
    assertThat(step(experiment, diverged, "diverged").iterate(real, 0).isFinite()).isFalse();
    diverged.generator().load(g);
    diverged.discriminator().load(d);
    step(experiment, diverged, "again").iterate(real, 0);
    step(experiment, fresh, "fresh").iterate(real, 0);
    assertSame(diverged.generator().state(), fresh.generator().state());
    assertSame(diverged.discriminator().state(), fresh.discriminator().state());
  }

  private static void assertKeepsTheBits(Network ours, TrainedNetwork torch, NetworkSize size)
      throws IOException {
    NetworkState state = ours.state();
    float[] moments = new float[state.updaterState().length];
    for (int i = 0; i < moments.length; i++) {
      moments[i] = i;
    }
    NetworkState given = new NetworkState(state.params(), moments, 42);
    torch.load(given);
    assertSame(torch.state(), given);
    ours.load(torch.state());
    assertSame(NetworkState.ofZip(ours.toZip(), size), given);
  }

  private static void assertSame(NetworkState found, NetworkState given) {
    assertThat(Arrays.equals(found.params(), given.params())).isTrue();
    assertThat(Arrays.equals(found.updaterState(), given.updaterState())).isTrue();
    assertThat(found.updates()).isEqualTo(given.updates());
  }
}
