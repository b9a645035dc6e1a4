package io.momentgan.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.Experiments;
import io.momentgan.config.ConfigException;
import io.momentgan.config.Experiment;
import io.momentgan.data.ImageShape;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.network.state.NetworkState;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Conditional networks, and networks with a class head. */
class LabelledNetworksTest {
  private static final ImageShape IMAGE = new ImageShape(1, 6, 6);
  private static final int[] LABELS = {2, 0, 1, 2};
  private static final int CLASSES = 3;
  private static final String UP =
      "generator.output-layer={type: transposed-convolution, kernel: 3, stride: 2}";
  private static final String GENERATOR =
      "generator.layers=[{type: dense, units: 5}, {type: project, channels: 2, batch-norm: true}]";
  private static final String DISCRIMINATOR =
      "discriminator.layers=[{type: convolution, filters: 2, kernel: 3}, {type: dense, units: 4}]";

  @Test
  void countsOfTheConditionalDcgan() {
    GanNetworks networks =
        GanNetworks.build(
            Experiments.named("dcgan-mnist-conditional"),
            new ImageShape(1, 28, 28),
            DataType.FLOAT);
    int dense = (100 + 10) * 1024 + 1024;
    int project = (1024 + 10) * 6272 + 6272;
    int transposed = (128 + 10) * 128 * 25 + 128;
    int last = (128 + 10) * 25 + 1;
    assertThat(networks.generator().trainableParameters())
        .isEqualTo(dense + 2 * 1024 + project + 2 * 128 + transposed + 2 * 128 + last)
        .isEqualTo(7_052_923);
    int first = (1 + 10) * 11 * 25 + 11;
    int second = (11 + 10) * 74 * 25 + 74;
    int third = (74 * 7 * 7 + 10) * 1024 + 1024;
    assertThat(networks.discriminator().trainableParameters())
        .isEqualTo(first + second + 2 * 74 + third + 2 * 1024 + (1024 + 10) + 1)
        .isEqualTo(3_769_479);
  }

  @ParameterizedTest
  @ValueSource(strings = {"one-hot", "embedding"})
  void gradientsAreThoseOfFiniteDifferences(String use) {
    GanNetworks networks = networks(DataType.DOUBLE, use, use);
    checkGradient(networks.generator(), 3, IMAGE.features());
    checkGradient(networks.discriminator(), IMAGE.features(), 1);
  }

  @Test
  void gradientsOfAClassHeadAreThoseOfFiniteDifferences() {
    GanNetworks networks = networks(DataType.DOUBLE, "one-hot", "class-head");
    checkGradient(networks.discriminator(), IMAGE.features(), 1 + CLASSES);
  }

  private static void checkGradient(Network network, int inputs, int outputs) {
    INDArray input = random(4, inputs).castTo(DataType.DOUBLE);
    INDArray weights = random(4, outputs).castTo(DataType.DOUBLE);
    network.forward(input, LABELS);
    INDArray byInput = network.backward(weights.dup()).dup();
    INDArray byParams = network.gradient().dup();
    assertThat(byInput.shape()).containsExactly(4, inputs);
    double h = 1e-6;
    for (int i = 0; i < inputs; i++) {
      INDArray up = input.dup();
      INDArray down = input.dup();
      up.putScalar(1, i, up.getDouble(1, i) + h);
      down.putScalar(1, i, down.getDouble(1, i) - h);
      double expected = (value(network, up, weights) - value(network, down, weights)) / (2 * h);
      assertThat(byInput.getDouble(1, i)).isCloseTo(expected, within(1e-6));
    }
    INDArray params = network.model().params();
    for (int i = 0; i < params.length(); i++) {
      if (isStatistic(network, i)) {
        continue;
      }
      double old = params.getDouble(i);
      params.putScalar(i, old + h);
      double up = value(network, input, weights);
      params.putScalar(i, old - h);
      double down = value(network, input, weights);
      params.putScalar(i, old);
      assertThat(byParams.getDouble(i))
          .as("parameter %d", i)
          .isCloseTo((up - down) / (2 * h), within(1e-6));
    }
  }

  private static boolean isStatistic(Network network, int i) {
    return network.layout().statistics().stream()
        .anyMatch(s -> i >= s.mean().from() && i < s.variance().to());
  }

  private static double value(Network network, INDArray input, INDArray weights) {
    return network.forward(input, LABELS).mul(weights).sumNumber().doubleValue();
  }

  @Test
  void oneHotLabelsStandBesideTheInputOfEveryLayer() {
    Network network =
        GanNetworks.build(
                Experiments.small("labels.classes=3", "generator.output=identity"),
                IMAGE,
                DataType.FLOAT)
            .generator();
    INDArray z = random(4, 3);
    INDArray first = network.model().getLayer(0).getParam("W");
    INDArray second = network.model().getLayer(1).getParam("W");
    assertThat(first.shape()).containsExactly(3 + CLASSES, 5);
    assertThat(second.shape()).containsExactly(5 + CLASSES, IMAGE.features());
    INDArray oneHot = Nd4j.zeros(DataType.FLOAT, 4, CLASSES);
    for (int i = 0; i < LABELS.length; i++) {
      oneHot.putScalar(i, LABELS[i], 1);
    }
    INDArray hidden = Nd4j.concat(1, z, oneHot).mmul(first);
    hidden = Nd4j.math().max(hidden, hidden.mul(0.01));
    assertThat(HostArrays.doubles(network.forward(z, LABELS)))
        .containsExactly(
            HostArrays.doubles(Nd4j.concat(1, hidden, oneHot).mmul(second)), within(1e-5));
  }

  // Row 52: an embedding is a plane of the input, and its gradient reaches the table.
  @Test
  void anEmbeddingIsOneMoreChannelOfTheImage() {
    Network d = networks(DataType.FLOAT, "embedding", "embedding").discriminator();
    INDArray table = d.model().getLayer(0).getParam("W");
    assertThat(table.shape()).containsExactly(CLASSES, 36);
    INDArray images = random(4, 36);
    d.forward(images, LABELS);
    INDArray shown = d.model().feedForward(true, false).get(1);
    assertThat(shown.shape()).containsExactly(4, 72);
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 36; j++) {
        assertThat(shown.getFloat(i, j)).isEqualTo(images.getFloat(i, j));
        assertThat(shown.getFloat(i, 36 + j)).isEqualTo(table.getFloat(LABELS[i], j));
      }
    }
    d.backward(random(4, 1));
    INDArray gradient = d.gradient().get(NDArrayIndex.interval(0, 108));
    assertThat(gradient.norm2Number().doubleValue()).isPositive();
    d.forward(images, new int[] {1, 1, 1, 1});
    d.backward(random(4, 1));
    // Rows of absent classes have no gradient; the table is column-major.
    double[] byTable = HostArrays.doubles(d.gradient());
    for (int j = 0; j < 36; j++) {
      assertThat(byTable[j * CLASSES]).isZero();
      assertThat(byTable[j * CLASSES + 2]).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"one-hot", "embedding"})
  void filesHoldConditionalNetworks(String use) throws IOException {
    Experiment experiment = experiment(use, use);
    Network trained = GanNetworks.build(experiment, IMAGE, DataType.FLOAT).generator();
    Network used = GanNetworks.generatorForUse(experiment, IMAGE);
    used.load(NetworkState.ofZip(trained.toZip(), NetworkSizeTest.sizeOf(trained)));
    INDArray z = random(4, 3);
    float[] images = HostArrays.floats(used.sample(z, LABELS));
    assertThat(HostArrays.floats(trained.sample(z, LABELS))).containsExactly(images, within(1e-6f));
    assertThat(HostArrays.floats(used.sample(z, new int[4]))).isNotEqualTo(images);
  }

  @Test
  void labelsThatDoNotFitAreRefused() {
    Network d = networks(DataType.FLOAT, "one-hot", "one-hot").discriminator();
    assertThatThrownBy(() -> d.forward(random(4, 36), new int[0]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0 for 4 rows");
    assertThatThrownBy(() -> d.forward(random(4, 36), new int[] {0, 1, 2, 3}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Invalid label: 3 (must be 0 to 2)");
    assertThatThrownBy(() -> Experiments.small("labels.classes=1"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("labels.classes: found 1");
    assertThatThrownBy(() -> Experiments.small("labels.generator=class-head"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("labels.generator: found class-head");
  }

  private static GanNetworks networks(DataType type, String generator, String discriminator) {
    return GanNetworks.build(experiment(generator, discriminator), IMAGE, type);
  }

  private static Experiment experiment(String generator, String discriminator) {
    return Experiments.small(
        "labels.classes=" + CLASSES,
        "labels.embedding=4",
        "labels.generator=" + generator,
        "labels.discriminator=" + discriminator,
        GENERATOR,
        UP,
        DISCRIMINATOR);
  }

  private static INDArray random(long... shape) {
    Nd4j.getRandom().setSeed(5);
    return Nd4j.randn(DataType.FLOAT, shape);
  }
}
