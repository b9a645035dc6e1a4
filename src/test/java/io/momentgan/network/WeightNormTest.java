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
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class WeightNormTest {
  private static final ImageShape IMAGE = new ImageShape(2, 6, 6);
  private static final String DENSE =
      "discriminator.layers=[{type: dense, units: 7, weight-norm: fixed, activation: softplus},"
          + " {type: dense, units: 5, weight-norm: trained, activation: tanh}]";
  private static final String CONVOLUTIONS =
      "discriminator.layers=[{type: convolution, filters: 3, kernel: 3, weight-norm: trained,"
          + " activation: softplus}, {type: convolution, filters: 4, kernel: 3, stride: 1,"
          + " padding: valid, weight-norm: fixed, activation: tanh}]";
  private static final String LAST = "discriminator.output-layer.weight-norm=trained";
  private static final String GENERATOR =
      "generator.layers=[{type: project, channels: 3, weight-norm: trained, activation: softplus},"
          + " {type: transposed-convolution, filters: 4, kernel: 3, stride: 1, weight-norm: fixed,"
          + " activation: tanh}]";
  private static final String UP =
      "generator.output-layer={type: transposed-convolution, kernel: 5, stride: 2,"
          + " weight-norm: trained}";

  // Row 82's check, for each kind of layer, by the fast kernels and by Deeplearning4j's.
  @ParameterizedTest
  @ValueSource(strings = {"fast", "stock"})
  void theNormOfAnOutputsWeightsIsItsScale(String kernels) {
    String on = "kernels=" + kernels;
    assertNormsAreScales(discriminator(DataType.FLOAT, DENSE, LAST, on), 7, new int[] {5, 1});
    assertNormsAreScales(
        discriminator(DataType.FLOAT, CONVOLUTIONS, LAST, on), 4, new int[] {3, 1});
    assertNormsAreScales(generator(DataType.FLOAT, GENERATOR, UP, on), 4, new int[] {3 * 3 * 3, 2});
  }

  private static void assertNormsAreScales(Network network, int fixed, int[] trained) {
    train(network, 5);
    float[] params = network.state().params();
    int moving = Arrays.stream(trained).sum();
    int at = params.length - moving - fixed;
    assertThat(Arrays.copyOfRange(params, at, at + fixed)).containsOnly(1f);
    assertThat(Arrays.copyOfRange(params, at + fixed, params.length)).doesNotContain(1f);
    int nextFixed = at;
    int nextTrained = at + fixed;
    boolean[] trains = new boolean[] {trained[0] > 5 || fixed == 4, fixed == 7, true};
    for (int layer = 0; layer < 3; layer++) {
      INDArray weights = network.model().getLayer(layer).getParam("W");
      boolean transposed = weights.rank() == 2 || network.input().features() == 3;
      INDArray byOutput =
          transposed ? weights.swapAxes(0, 1).dup('c') : weights.dup('c'); // [outputs, ...]
      INDArray norms =
          byOutput.reshape('c', byOutput.size(0), byOutput.length() / byOutput.size(0)).norm2(1);
      for (float norm : norms.toFloatVector()) {
        int scale = trains[layer] ? nextTrained++ : nextFixed++;
        assertThat(norm).as("layer %d", layer).isCloseTo(Math.abs(params[scale]), within(1e-6f));
      }
    }
    assertThat(nextTrained).isEqualTo(params.length);
    int weightsAndBiases = params.length - fixed - moving;
    assertThat(network.trainableParameters()).isEqualTo(weightsAndBiases + moving);
  }

  static Stream<Arguments> networks() {
    return Stream.of(
        Arguments.of("dense", discriminator(DataType.DOUBLE, DENSE, LAST)),
        Arguments.of("convolution", discriminator(DataType.DOUBLE, CONVOLUTIONS, LAST)),
        Arguments.of("transposed", generator(DataType.DOUBLE, GENERATOR, UP)));
  }

  @ParameterizedTest
  @MethodSource("networks")
  void gradientsAreThoseOfFiniteDifferences(String name, Network network) {
    INDArray params = network.model().params();
    int scales = params.rank() == 0 ? 0 : heldValues(network);
    Nd4j.getRandom().setSeed(3);
    INDArray last =
        params
            .reshape(params.length())
            .get(NDArrayIndex.interval(params.length() - scales, params.length()));
    last.muli(Nd4j.rand(DataType.DOUBLE, scales).addi(0.5)); // no scale is special
    network.weights().follow();
    int inputs = network.input().features();
    INDArray input = random(4, inputs).castTo(DataType.DOUBLE);
    INDArray errors = random(4, inputs == 3 ? IMAGE.features() : 1).castTo(DataType.DOUBLE);
    network.forward(input);
    INDArray byInput = network.backward(errors.dup()).dup();
    INDArray byParams = network.gradient().dup();
    double h = 1e-6;
    for (int i = 0; i < inputs; i++) {
      double old = input.getDouble(1, i);
      input.putScalar(1, i, old + h);
      double up = value(network, input, errors);
      input.putScalar(1, i, old - h);
      double down = value(network, input, errors);
      input.putScalar(1, i, old);
      assertThat(byInput.getDouble(1, i)).isCloseTo((up - down) / (2 * h), within(1e-6));
    }
    int fixed = fixedScales(network);
    int firstFixed = (int) params.length() - scales;
    int checked = 0;
    for (int i = 0; i < params.length(); i++) {
      if (i >= firstFixed && i < firstFixed + fixed) {
        assertThat(byParams.getDouble(i)).isZero();
        continue;
      }
      double old = params.getDouble(i);
      params.putScalar(i, old + h);
      network.weights().follow();
      double up = value(network, input, errors);
      params.putScalar(i, old - h);
      network.weights().follow();
      double down = value(network, input, errors);
      params.putScalar(i, old);
      assertThat(byParams.getDouble(i))
          .as("%s: parameter %d of %d", name, i, params.length())
          .isCloseTo((up - down) / (2 * h), within(2e-6));
      checked++;
    }
    assertThat(checked).isEqualTo(network.trainableParameters());
  }

  private static int heldValues(Network network) {
    MultiLayerNetwork model = network.model();
    int layers = model.getnLayers();
    return (int) (model.getLayer(layers - 1).numParams() + model.getLayer(layers - 2).numParams());
  }

  private static int fixedScales(Network network) {
    return network.layout().length() - network.trainableParameters();
  }

  private static double value(Network network, INDArray input, INDArray errors) {
    return network.forward(input).mul(errors).sumNumber().doubleValue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void fastAndStockNetworksAgree(boolean generator) {
    Network fast =
        generator
            ? generator(DataType.FLOAT, GENERATOR, UP)
            : discriminator(DataType.FLOAT, CONVOLUTIONS, LAST);
    Network stock =
        generator
            ? generator(DataType.DOUBLE, GENERATOR, UP)
            : discriminator(DataType.DOUBLE, CONVOLUTIONS, LAST);
    train(fast, 3);
    stock.load(fast.state());
    INDArray input = random(4, fast.input().features());
    INDArray errors = random(4, generator ? IMAGE.features() : 1);
    assertThat(HostArrays.doubles(fast.forward(input)))
        .containsExactly(
            HostArrays.doubles(stock.forward(input.castTo(DataType.DOUBLE))), within(1e-5));
    fast.backward(errors.dup());
    stock.backward(errors.castTo(DataType.DOUBLE));
    assertThat(HostArrays.doubles(fast.gradient()))
        .containsExactly(HostArrays.doubles(stock.gradient()), within(1e-4));
  }

  @ParameterizedTest
  @ValueSource(strings = {"adam", "momentum", "sgd"})
  void aNetworkThatIsLoadedGoesOnBitForBit(String optimizer) throws IOException {
    String type = "discriminator.optimizer.type=" + optimizer;
    Network whole = discriminator(DataType.FLOAT, CONVOLUTIONS, LAST, type);
    Network resumed = discriminator(DataType.FLOAT, CONVOLUTIONS, LAST, type, "train.seed=9");
    train(whole, 3);
    resumed.load(NetworkState.ofZip(whole.toZip(), NetworkSizeTest.sizeOf(whole)));
    assertEqual(resumed, whole);
    train(whole, 2);
    train(resumed, 2);
    assertEqual(resumed, whole);
    int perParameter = optimizer.equals("adam") ? 2 : optimizer.equals("momentum") ? 1 : 0;
    assertThat(whole.state().updaterState())
        .as("none for fixed scales")
        .hasSize(perParameter * whole.trainableParameters());
  }

  private static void assertEqual(Network network, Network other) {
    assertThat(network.state().params()).isEqualTo(other.state().params());
    assertThat(network.state().updaterState()).isEqualTo(other.state().updaterState());
    assertThat(network.state().updates()).isEqualTo(other.state().updates());
  }

  @Test
  void aPassWithOtherParametersLeavesItsOwn() {
    Network network = generator(DataType.FLOAT, GENERATOR, UP);
    Network other = generator(DataType.FLOAT, GENERATOR, UP, "train.seed=9");
    train(other, 3);
    INDArray z = random(4, 3);
    float[] own = HostArrays.floats(network.forward(z));
    assertThat(HostArrays.floats(network.forwardAs(other.state().params(), z)))
        .isEqualTo(HostArrays.floats(other.forward(z)))
        .isNotEqualTo(own);
    assertThat(HostArrays.floats(network.forward(z))).isEqualTo(own);
  }

  @ParameterizedTest
  @CsvSource({"weight, true", "weight, false", "spectral, true"})
  void plainDeeplearning4jLoadsTheFileAndGivesTheSameOutputs(String norm, boolean withUpdater)
      throws IOException {
    Network trained =
        norm.equals("weight")
            ? generator(DataType.FLOAT, GENERATOR, UP)
            : discriminator(
                DataType.FLOAT,
                "discriminator.layers=[{type: convolution, filters: 3, kernel: 3}]",
                "discriminator.spectral-norm=true");
    train(trained, 3);
    byte[] file = withUpdater ? trained.toZip() : trained.toZipForUse();
    MultiLayerNetwork plain =
        ModelSerializer.restoreMultiLayerNetwork(new ByteArrayInputStream(file), true);
    INDArray input = random(5, trained.input().features());
    assertThat(
            Arrays.stream(plain.getLayers())
                .map(layer -> layer.conf().getLayer().getClass().getName()))
        .allMatch(type -> type.startsWith("org.deeplearning4j"));
    assertThat(HostArrays.floats(plain.output(input).reshape('c', 5, -1)))
        .containsExactly(HostArrays.floats(trained.sample(input)), within(1e-6f));
    assertThat(NetworkState.ofZip(file, NetworkSizeTest.sizeOf(trained)).params())
        .isEqualTo(trained.state().params());
    assertThat(NetworkState.ofZip(file, NetworkSizeTest.sizeOf(trained)).updates()).isEqualTo(3);
  }

  @Test
  void samplesAreDrawnByTheSameWeights() {
    Experiment experiment = Experiments.small(GENERATOR, UP);
    Network trained = GanNetworks.build(experiment, IMAGE, DataType.FLOAT).generator();
    train(trained, 3);
    Network used = GanNetworks.generatorForUse(experiment, IMAGE);
    used.load(trained.state());
    INDArray z = random(5, 3);
    assertThat(HostArrays.floats(used.sample(z)))
        .containsExactly(HostArrays.floats(trained.forward(z)), within(1e-6f));
  }

  @Test
  void frozenLayersKeepTheirScales() {
    Network free = discriminator(DataType.FLOAT, CONVOLUTIONS, LAST);
    Network frozen = discriminator(DataType.FLOAT, CONVOLUTIONS, LAST, "discriminator.freeze=1");
    assertThat(frozen.shapeDifference(free)).isEmpty();
    train(frozen, 3);
    float[] params = frozen.state().params();
    int trained = 3 + 1;
    assertThat(Arrays.copyOfRange(params, params.length - trained, params.length - 1))
        .containsOnly(1f);
    assertThat(params[params.length - 1]).isNotEqualTo(1f);
    int first = 3 * 2 * 3 * 3 + 3;
    assertThat(free.trainableParameters() - frozen.trainableParameters()).isEqualTo(first + 3);
  }

  @Test
  void contradictionsAreRefused() {
    assertRefused(
        "discriminator.spectral-norm: found true, expected false with weight-norm",
        DENSE,
        "discriminator.spectral-norm=true");
    assertRefused(
        "discriminator.layers.0.weight-norm: found fixed beside batch-norm, expected none",
        "discriminator.layers=[{type: dense, units: 4, batch-norm: true, weight-norm: fixed}]");
    assertRefused(
        "generator.layers.0.weight-norm: found trained beside instance-norm, expected none",
        "generator.layers=[{type: project, channels: 4, instance-norm: true,"
            + " weight-norm: trained}]");
    assertRefused("loss.clip: found 0.01, expected 0 with weight-norm", DENSE, "loss.clip=0.01");
    assertRefused(
        "train.init-images: found 50, expected 0 without weight-norm", "train.init-images=50");
    assertRefused("train.init-images: found 1, expected 0", DENSE, "train.init-images=1");
    assertRefused(
        "train.init-images: found 50, expected 0 with start.run",
        DENSE,
        "train.init-images=50",
        "start.run=runs/00000-x");
    assertRefused(
        "discriminator.output-layer.init-sd: found 0.1, expected 1 without train.init-images",
        DENSE,
        LAST,
        "discriminator.output-layer.init-sd=0.1");
    assertRefused(
        "generator.bias-from-data: found true, expected false with start.run",
        "generator.bias-from-data=true",
        "start.run=runs/00000-x");
    assertRefused(
        "generator.bias-from-data: found true, expected false with generator.output-layer",
        "generator.bias-from-data=true",
        "generator.output-layer.weight-norm=fixed",
        "train.init-images=50");
    assertRefused(
        "discriminator.bias-from-data: found true, expected false",
        "discriminator.bias-from-data=true");
  }

  private static void assertRefused(String message, String... settings) {
    assertThatThrownBy(() -> Experiments.small(settings))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  private static void train(Network network, int updates) {
    int outputs = network.input().features() == 3 ? IMAGE.features() : 1;
    for (int i = 0; i < updates; i++) {
      network.forward(random(4, network.input().features()));
      network.backwardToParameters(random(4, outputs));
      network.update(4);
    }
  }

  private static Network discriminator(DataType type, String... settings) {
    return GanNetworks.build(Experiments.small(settings), IMAGE, type).discriminator();
  }

  private static Network generator(DataType type, String... settings) {
    return GanNetworks.build(Experiments.small(settings), IMAGE, type).generator();
  }

  private static INDArray random(long... shape) {
    Nd4j.getRandom().setSeed(5);
    return Nd4j.randn(DataType.FLOAT, shape);
  }
}
