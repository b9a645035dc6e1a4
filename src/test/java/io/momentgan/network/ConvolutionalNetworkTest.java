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
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.layers.normalization.BatchNormalization;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ConvolutionalNetworkTest {
  private static final ImageShape MNIST = new ImageShape(1, 28, 28);
  private static final String GENERATOR =
      "generator.layers=[{type: project, channels: 4, batch-norm: true},"
          + " {type: transposed-convolution, filters: 3, kernel: 3, batch-norm: true}]";
  private static final String UP =
      "generator.output-layer={type: transposed-convolution, kernel: 5, stride: 2}";
  private static final String DISCRIMINATOR =
      "discriminator.layers=[{type: convolution, filters: 3, kernel: 5},"
          + " {type: convolution, filters: 4, kernel: 3, batch-norm: true}]";

  @Test
  void countsOfTheTransposedConvolutionalExperiment() {
    for (String name : Arrays.asList("dconv-0.01-plain", "dconv-0.0001-moments")) {
      GanNetworks networks = GanNetworks.build(Experiments.named(name), MNIST, DataType.FLOAT);
      assertThat(networks.generator().trainableParameters()).isEqualTo(13_037_697);
      assertThat(networks.discriminator().trainableParameters()).isEqualTo(87_425);
    }
  }

  @Test
  void countsOfDcgan() {
    GanNetworks networks =
        GanNetworks.build(Experiments.named("dcgan"), new ImageShape(3, 64, 64), DataType.FLOAT);
    assertThat(networks.generator().trainableParameters()).isEqualTo(5_135_363);
    assertThat(networks.discriminator().trainableParameters()).isEqualTo(4_316_545);
  }

  @Test
  void biasesAndScalesStartWhereTheSettingsSay() {
    Network d =
        GanNetworks.build(Experiments.named("dconv-0.001-plain"), MNIST, DataType.FLOAT)
            .discriminator();
    assertThat(d.model().getLayer(0).getParam("b").minNumber().doubleValue())
        .isCloseTo(0.1, within(1e-7));
    Layer last = d.model().getLayer(d.model().getnLayers() - 1);
    assertThat(last.getParam("b").minNumber().doubleValue()).isCloseTo(0.1, within(1e-7));
    BatchNormalization norm = (BatchNormalization) d.model().getLayer(1);
    assertThat(norm.getParam("gamma").minNumber().doubleValue()).isEqualTo(1);
    assertThat(norm.getParam("beta").amaxNumber().doubleValue()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"truncated-normal, 2.001", "normal, 5"})
  void convolutionalWeightsAreNormal(String weights, double most) {
    Experiment experiment =
        Experiments.named(
            "dcgan", "generator.weights=" + weights, "discriminator.weights=" + weights);
    GanNetworks networks = GanNetworks.build(experiment, new ImageShape(3, 64, 64), DataType.FLOAT);
    INDArray strided = networks.discriminator().model().getLayer(3).getParam("W");
    assertThat(strided.amaxNumber().doubleValue()).isLessThan(most * 0.02);
    assertThat(strided.meanNumber().doubleValue())
        .isCloseTo(0, within(3 * 0.02 / Math.sqrt((double) strided.length())));
    INDArray transposed = networks.generator().model().getLayer(2).getParam("W");
    assertThat(transposed.stdNumber().doubleValue()).isCloseTo(0.02, within(1e-4));
    assertThat(transposed.amaxNumber().doubleValue()).isGreaterThan(2.5 * 0.02);
  }

  /** DCGAN's sizes: ceil(H / 2^k). */
  @Test
  void sizesAreRoundedUp() {
    GanNetworks networks =
        GanNetworks.build(Experiments.named("dcgan"), new ImageShape(1, 28, 20), DataType.FLOAT);
    INDArray z = random(2, 100);
    assertThat(networks.generator().forward(z).shape()).containsExactly(2, 28 * 20);
    assertThat(networks.generator().model().feedForward(true, false).get(2).shape())
        .containsExactly(2, 512, 2, 2);
    assertThat(networks.discriminator().forward(random(2, 28 * 20)).shape()).containsExactly(2, 1);
  }

  private static final String EVERY_ACTIVATION =
      "generator.layers=[{type: project, channels: 4, activation: relu, batch-norm: true},"
          + " {type: convolution, filters: 5, kernel: 3, stride: 1, padding: valid, activation: softplus},"
          + " {type: convolution, filters: 5, kernel: 2, stride: 2, activation: identity},"
          + " {type: global-pool}, {type: dense, units: 6, activation: sigmoid},"
          + " {type: dense, units: 5, activation: tanh},"
          + " {type: dense, units: 7, activation: softplus, batch-norm: true}]";

  static Stream<String[]> kinds() {
    return Stream.of(
        new String[] {GENERATOR, UP},
        new String[] {
          "generator.layers=[{type: project, channels: 4}, {type: convolution, filters: 8, kernel: 3,"
              + " stride: 1}, {type: pixel-shuffle}]",
          "generator.output-layer={type: convolution, kernel: 3, stride: 1}"
        },
        new String[] {
          "generator.layers=[{type: project, channels: 3, batch-norm: true}, {type: average-pool}]",
          UP
        },
        new String[] {
          "generator.layers=[{type: project, channels: 3, instance-norm: true},"
              + " {type: transposed-convolution, filters: 2, kernel: 3, instance-norm: true}]",
          UP
        },
        new String[] {
          "generator.layers=[{type: maxout, units: 6, pieces: 3}, {type: maxout, units: 4}]",
          "generator.output-layer.type=dense"
        },
        new String[] {EVERY_ACTIVATION, "generator.output-layer.type=dense"});
  }

  // Of a weighted sum of the outputs, in double with stock layers.
  @ParameterizedTest
  @MethodSource("kinds")
  void gradientsAreThoseOfFiniteDifferences(String layers, String output) {
    Experiment experiment = Experiments.small(layers, output, DISCRIMINATOR);
    ImageShape shape = new ImageShape(2, 6, 6);
    GanNetworks networks = GanNetworks.build(experiment, shape, DataType.DOUBLE);
    checkGradient(networks.generator(), 3, shape.features());
    checkGradient(networks.discriminator(), shape.features(), 1);
  }

  private static void checkGradient(Network network, int inputs, int outputs) {
    INDArray input = random(4, inputs).castTo(DataType.DOUBLE);
    INDArray weights = random(4, outputs).castTo(DataType.DOUBLE);
    network.forward(input);
    INDArray byInput = network.backward(weights.dup()).dup();
    INDArray byParams = network.gradient().dup();
    double h = 1e-6;
    for (int i = 0; i < inputs; i += Math.max(1, inputs / 10)) {
      INDArray up = input.dup();
      INDArray down = input.dup();
      up.putScalar(1, i, up.getDouble(1, i) + h);
      down.putScalar(1, i, down.getDouble(1, i) - h);
      double expected = (value(network, up, weights) - value(network, down, weights)) / (2 * h);
      assertThat(byInput.getDouble(1, i))
          .isCloseTo(expected, within(1e-5 * (1 + Math.abs(expected))));
    }
    INDArray params = network.model().params();
    for (int i = 0; i < params.length(); i += Math.max(1, (int) params.length() / 60)) {
      if (isStatistic(network.layout(), i)) {
        continue;
      }
      double old = params.getDouble(i);
      params.putScalar(i, old + h);
      double up = value(network, input, weights);
      params.putScalar(i, old - h);
      double down = value(network, input, weights);
      params.putScalar(i, old);
      double expected = (up - down) / (2 * h);
      assertThat(byParams.getDouble(i))
          .as("parameter %d", i)
          .isCloseTo(expected, within(1e-5 * (1 + Math.abs(expected))));
    }
  }

  private static boolean isStatistic(ParameterLayout layout, int i) {
    return layout.statistics().stream()
        .anyMatch(
            s ->
                (i >= s.mean().from() && i < s.mean().to())
                    || (i >= s.variance().from() && i < s.variance().to()));
  }

  private static double value(Network network, INDArray input, INDArray weights) {
    return network.forward(input).mul(weights).sumNumber().doubleValue();
  }

  /** Compares the fast layers in float with the stock layers in double. */
  @Test
  void fastAndStockNetworksAgree() {
    Experiment experiment = Experiments.small(GENERATOR, UP, DISCRIMINATOR, "generator.slope=0.2");
    ImageShape shape = new ImageShape(1, 11, 10);
    GanNetworks fast = GanNetworks.build(experiment, shape, DataType.FLOAT);
    GanNetworks stock = GanNetworks.build(experiment, shape, DataType.DOUBLE);
    for (int n : new int[] {9, 4, 9, 13}) {
      assertAgree(fast.generator(), stock.generator(), random(n, 3), shape.features());
      assertAgree(fast.discriminator(), stock.discriminator(), random(n, shape.features()), 1);
    }
  }

  @Test
  void fastAndStockNetworksAgreeForEveryActivation() {
    Experiment experiment = Experiments.small(EVERY_ACTIVATION);
    ImageShape shape = new ImageShape(2, 6, 6);
    GanNetworks fast = GanNetworks.build(experiment, shape, DataType.FLOAT);
    GanNetworks stock = GanNetworks.build(experiment, shape, DataType.DOUBLE);
    for (int n : new int[] {9, 4, 13}) {
      assertAgree(fast.generator(), stock.generator(), random(n, 3), shape.features());
    }
  }

  @Test
  void globalPoolIsTheMeanOfEachChannel() {
    Experiment experiment =
        Experiments.small("discriminator.layers=[{type: global-pool}]", "discriminator.bias=0");
    Network network =
        GanNetworks.build(experiment, new ImageShape(3, 5, 4), DataType.FLOAT).discriminator();
    INDArray images = random(6, 3 * 5 * 4);
    INDArray means = images.reshape('c', 6, 3, 20).mean(2);
    INDArray w = network.model().getLayer(1).getParam("W");
    assertThat(HostArrays.doubles(network.forward(images)))
        .containsExactly(HostArrays.doubles(means.mmul(w)), within(1e-6));
  }

  @Test
  void withoutPaddingAConvolutionLosesTheBorder() {
    Experiment experiment =
        Experiments.small(
            "discriminator.layers=[{type: convolution, filters: 2, kernel: 3, stride: 2,"
                + " padding: valid}]");
    GanNetworks networks = GanNetworks.build(experiment, new ImageShape(1, 8, 7), DataType.FLOAT);
    assertThat(networks.discriminator().model().getLayer(1).getParam("W").size(0))
        .isEqualTo(2 * 3 * 3);
    assertThatThrownBy(() -> GanNetworks.build(experiment, new ImageShape(1, 2, 9), DataType.FLOAT))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("2 x 9")
        .hasMessageContaining("padding");
  }

  @Test
  void dropoutAsTheFirstLayerDropsInputs() {
    Experiment experiment =
        Experiments.small(
            "discriminator.layers=[{type: dropout, dropout: 0.5}, {type: dense, units: 1,"
                + " activation: identity}]",
            "discriminator.bias=0");
    Network network =
        GanNetworks.build(experiment, new ImageShape(1, 20, 20), DataType.FLOAT).discriminator();
    Layer dense = network.model().getLayer(0);
    dense.getParam("W").assign(1.0 / 400);
    network.model().getLayer(1).getParam("W").assign(1);
    double[] values = network.outputs(Nd4j.ones(DataType.FLOAT, 500, 400));
    // The mean of 400 values, each 0 or 2: mean 1, standard deviation 1 / 20.
    assertThat(Arrays.stream(values).average().orElseThrow()).isCloseTo(1, within(0.01));
    double square = Arrays.stream(values).map(v -> (v - 1) * (v - 1)).average().orElseThrow();
    assertThat(Math.sqrt(square)).isCloseTo(0.05, within(0.006));
    assertThat(network.sample(Nd4j.ones(DataType.FLOAT, 2, 400)).getDouble(0))
        .isCloseTo(1, within(1e-5));
    assertThat(network.blueprint().isStochastic()).isTrue();
    assertThat(network.blueprint().isRowByRow()).isFalse();
  }

  // These filters and map widths reach each fast implementation of a convolution.
  @Test
  void fastAndStockNetworksOfManyFiltersAgree() {
    Experiment experiment =
        Experiments.small(
            "generator.layers=[{type: project, channels: 32, batch-norm: true},"
                + " {type: transposed-convolution, filters: 18, kernel: 5, batch-norm: true}]",
            UP,
            "discriminator.layers=[{type: convolution, filters: 17, kernel: 5},"
                + " {type: convolution, filters: 33, kernel: 5, batch-norm: true}]",
            "generator.slope=0.2");
    ImageShape shape = new ImageShape(3, 17, 20);
    GanNetworks fast = GanNetworks.build(experiment, shape, DataType.FLOAT);
    GanNetworks stock = GanNetworks.build(experiment, shape, DataType.DOUBLE);
    for (int n : new int[] {9, 4, 9, 13}) {
      assertAgree(fast.generator(), stock.generator(), random(n, 3), shape.features());
      assertAgree(fast.discriminator(), stock.discriminator(), random(n, shape.features()), 1);
    }
  }

  // A unit's pieces are neighbours among the affine outputs.
  @Test
  void maxoutIsTheLargestOfItsPieces() {
    int pieces = 3;
    Network network = maxout(pieces);
    INDArray z = random(7, 3);
    INDArray w = network.model().getLayer(0).getParam("W");
    INDArray affine = z.mmul(w).addiRowVector(network.model().getLayer(0).getParam("b"));
    INDArray largest = affine.reshape('c', 7, 5, pieces).max(2);
    INDArray expected = largest.mmul(network.model().getLayer(2).getParam("W"));
    assertThat(HostArrays.doubles(network.forward(z)))
        .containsExactly(HostArrays.doubles(expected), within(1e-6));
    assertThat(network.trainableParameters()).isEqualTo((3 + 1) * 5 * pieces + (5 + 1) * 4);
  }

  @Test
  void maxoutOfOnePieceIsAnAffineLayer() {
    Network one = maxout(1);
    INDArray z = random(7, 3);
    INDArray affine =
        z.mmul(one.model().getLayer(0).getParam("W"))
            .addiRowVector(one.model().getLayer(0).getParam("b"));
    assertThat(HostArrays.doubles(one.forward(z)))
        .containsExactly(
            HostArrays.doubles(affine.mmul(one.model().getLayer(2).getParam("W"))), within(1e-6));
  }

  private static Network maxout(int pieces) {
    Experiment experiment =
        Experiments.small(
            "generator.layers=[{type: maxout, units: 5, pieces: %d}]".formatted(pieces),
            "generator.output=identity",
            "generator.bias=0");
    Network network =
        GanNetworks.build(experiment, new ImageShape(1, 1, 4), DataType.FLOAT).generator();
    INDArray bias = network.model().getLayer(0).getParam("b");
    bias.assign(random(bias.shape()));
    return network;
  }

  @Test
  void waysBackThatLeaveSomethingOutGiveTheSame() {
    Experiment experiment = Experiments.small(GENERATOR, UP, DISCRIMINATOR);
    ImageShape shape = new ImageShape(1, 11, 10);
    GanNetworks networks = GanNetworks.build(experiment, shape, DataType.FLOAT);
    assertPartsAgree(networks.generator(), random(9, 3), shape.features());
    assertPartsAgree(networks.discriminator(), random(9, shape.features()), 1);
    Network dense = GanNetworks.build(Experiments.small(), shape, DataType.FLOAT).discriminator();
    assertPartsAgree(dense, random(9, shape.features()), 1);
  }

  private static void assertPartsAgree(Network network, INDArray input, int outputs) {
    INDArray epsilon = random(9, outputs);
    network.forward(input);
    float[] back = HostArrays.floats(network.backward(epsilon.dup()));
    float[] gradient = HostArrays.floats(network.gradient());
    network.forward(input);
    network.gradient().assign(7);
    assertThat(HostArrays.floats(network.backwardToInput(epsilon.dup()))).isEqualTo(back);
    network.forward(input);
    network.backwardToParameters(epsilon.dup());
    assertThat(HostArrays.floats(network.gradient())).isEqualTo(gradient);
  }

  private static void assertAgree(Network fast, Network stock, INDArray input, int outputs) {
    stock.model().params().assign(fast.model().params().castTo(DataType.DOUBLE));
    INDArray expected = stock.forward(input.castTo(DataType.DOUBLE)).dup();
    assertClose(fast.forward(input), expected);
    INDArray epsilon = random(input.size(0), outputs);
    INDArray back = stock.backward(epsilon.castTo(DataType.DOUBLE)).dup();
    assertClose(fast.backward(epsilon.dup()), back);
    assertClose(fast.gradient(), stock.gradient());
  }

  private static void assertClose(INDArray actual, INDArray expected) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    assertThat(actual.castTo(DataType.DOUBLE).distance2(expected))
        .isLessThan(1e-5 * (1 + expected.norm2Number().doubleValue()));
    assertThat(expected.norm2Number().doubleValue()).isPositive();
  }

  @Test
  void plainDeeplearning4jLoadsTheFileAndGivesTheSamePictures() throws IOException {
    Experiment experiment =
        Experiments.small(GENERATOR, UP, "generator.batch-norm.sampling=running");
    ImageShape shape = new ImageShape(1, 11, 10);
    Network trained = GanNetworks.build(experiment, shape, DataType.FLOAT).generator();
    INDArray z = random(5, 3);
    Network used = GanNetworks.generatorForUse(experiment, shape);
    used.load(trained.state());
    MultiLayerNetwork plain =
        ModelSerializer.restoreMultiLayerNetwork(new ByteArrayInputStream(trained.toZip()), true);
    assertThat(HostArrays.floats(plain.output(z).reshape('c', 5, -1)))
        .isEqualTo(HostArrays.floats(used.sample(z)));
    assertThat(
            Arrays.stream(plain.getLayers())
                .map(layer -> layer.conf().getLayer().getClass().getName()))
        .allMatch(type -> type.startsWith("org.deeplearning4j"));
  }

  @Test
  void instanceNormNeedsNoBatchMatesInAnyPass() {
    Experiment experiment =
        Experiments.small(
            "generator.layers=[{type: project, channels: 4, instance-norm: true}]", UP);
    Network network =
        GanNetworks.build(experiment, new ImageShape(1, 8, 8), DataType.FLOAT).generator();
    INDArray z = random(5, 3);
    INDArray together = network.forward(z).dup();
    assertThat(HostArrays.floats(network.forward(z.getRow(2, true).dup())))
        .containsExactly(HostArrays.floats(together.getRow(2, true).dup()), within(1e-6f));
    assertThat(HostArrays.floats(network.sample(z)))
        .containsExactly(HostArrays.floats(together), within(1e-6f));
    assertThatThrownBy(
            () ->
                Experiments.small(
                    "generator.layers=[{type: project, channels: 4, instance-norm: true,"
                        + " batch-norm: true}]"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("generator.layers.0.instance-norm")
        .hasMessageContaining("expected one of them");
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void filesHoldEveryKindOfLayer(String layers, String output) throws IOException {
    Experiment experiment =
        Experiments.small(layers, output, "generator.batch-norm.sampling=running");
    ImageShape shape = new ImageShape(2, 6, 6);
    Network trained = GanNetworks.build(experiment, shape, DataType.FLOAT).generator();
    Network used = GanNetworks.generatorForUse(experiment, shape);
    used.load(NetworkState.ofZip(trained.toZip(), NetworkSizeTest.sizeOf(trained)));
    INDArray z = random(5, 3);
    assertThat(HostArrays.floats(trained.sample(z)))
        .containsExactly(HostArrays.floats(used.sample(z)), within(1e-5f));
  }

  @Test
  void layersThatDoNotFitAreRefused() {
    assertThatThrownBy(
            () ->
                GanNetworks.build(
                    Experiments.small(
                        "generator.layers=[{type: project, channels: 2, height: 3, width: 4}]", UP),
                    MNIST,
                    DataType.FLOAT))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("found images of 3 x 4 where those after them need 14 x 14");
    assertThatThrownBy(
            () ->
                GanNetworks.build(
                    Experiments.small(
                        "generator.layers=[{type: dense, units: 9}, {type: convolution, filters: 2}]"),
                    MNIST,
                    DataType.FLOAT))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("make one by a layer of type project");
    assertThatThrownBy(
            () ->
                GanNetworks.build(
                    Experiments.small("discriminator.layers=[{type: average-pool, size: 3}]"),
                    MNIST,
                    DataType.FLOAT))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("found images of 28 x 28 before it, expected multiples of 3");
  }

  private static INDArray random(long... shape) {
    Nd4j.getRandom().setSeed(5);
    return Nd4j.randn(DataType.FLOAT, shape);
  }
}
