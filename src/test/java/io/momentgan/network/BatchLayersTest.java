package io.momentgan.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.Experiments;
import io.momentgan.config.ConfigException;
import io.momentgan.config.Experiment;
import io.momentgan.data.ImageShape;
import io.momentgan.kernels.batch.VirtualBatch;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.network.state.NetworkState;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Networks with minibatch discrimination and virtual batch normalisation. */
class BatchLayersTest {
  private static final ImageShape IMAGE = new ImageShape(2, 6, 6);
  private static final int N = 4;
  private static final int[] LABELS = {2, 0, 1, 2};
  private static final String DENSE_MINIBATCH =
      "discriminator.layers=[{type: dense, units: 5, dropout: 0.3},"
          + " {type: minibatch, kernels: 4, dimensions: 3}, {type: dense, units: 3}]";
  private static final String STILL = DENSE_MINIBATCH.replace(", dropout: 0.3", "");
  private static final String CONVOLUTIONAL_MINIBATCH =
      "discriminator.layers=[{type: convolution, filters: 3, kernel: 3, instance-norm: true},"
          + " {type: minibatch, kernels: 4, dimensions: 3}]";
  private static final String POOLED_MINIBATCH =
      "discriminator.layers=[{type: convolution, filters: 3, kernel: 3}, {type: global-pool},"
          + " {type: minibatch, kernels: 4, dimensions: 3}]";
  private static final String DENSE_VIRTUAL =
      "generator.layers=[{type: dense, units: 5, virtual-batch-norm: true},"
          + " {type: dense, units: 4}, {type: dense, units: 6, virtual-batch-norm: true}]";
  private static final String UP =
      "generator.output-layer={type: transposed-convolution, kernel: 5, stride: 2}";
  private static final String TRANSPOSED_VIRTUAL =
      "generator.layers=[{type: project, channels: 4, virtual-batch-norm: true},"
          + " {type: transposed-convolution, filters: 3, kernel: 3, virtual-batch-norm: true},"
          + " {type: convolution, filters: 3, kernel: 3, stride: 1, activation: tanh}]";
  private static final List<String> SMALL_REFERENCE =
      List.of("generator.batch-norm.virtual-batch=7", "generator.batch-norm.gamma=true");

  static Stream<List<String>> discriminators() {
    return Stream.of(
        List.of(STILL),
        List.of(CONVOLUTIONAL_MINIBATCH),
        List.of(POOLED_MINIBATCH),
        List.of("discriminator.layers=[{type: minibatch, kernels: 4, dimensions: 3}]"),
        List.of(CONVOLUTIONAL_MINIBATCH, "labels.classes=3", "labels.discriminator=one-hot"),
        List.of(POOLED_MINIBATCH, "labels.classes=3", "labels.discriminator=embedding"),
        List.of(STILL, "discriminator.spectral-norm=true"));
  }

  static Stream<List<String>> generators() {
    return Stream.of(
        List.of(DENSE_VIRTUAL, "generator.output=tanh"),
        List.of(TRANSPOSED_VIRTUAL, UP),
        List.of(TRANSPOSED_VIRTUAL, UP.replace("}", ", weight-norm: trained}")),
        List.of(TRANSPOSED_VIRTUAL, UP, "labels.classes=3", "labels.generator=one-hot"),
        List.of(
            DENSE_VIRTUAL, "labels.classes=3", "labels.generator=embedding", "labels.embedding=2"),
        List.of(TRANSPOSED_VIRTUAL, UP, "labels.classes=3", "labels.generator=embedding"));
  }

  @ParameterizedTest
  @MethodSource("discriminators")
  void gradientsOfDiscriminatorsAreThoseOfFiniteDifferences(List<String> settings) {
    Network d = networks(DataType.DOUBLE, settings).discriminator();
    assertSlopes(d, IMAGE.features(), 1, 0);
  }

  @ParameterizedTest
  @MethodSource("generators")
  void gradientsOfGeneratorsAreThoseOfFiniteDifferences(List<String> settings) {
    Network g = networks(DataType.DOUBLE, settings).generator();
    assertSlopes(g, 3, IMAGE.features(), 7 * 3);
  }

  /**
   * Compares gradients with slopes.
   *
   * @param held number of first parameters that are not trained
   */
  private static void assertSlopes(Network network, int inputs, int outputs, int held) {
    INDArray input = random(N, inputs).castTo(DataType.DOUBLE);
    INDArray weights = random(N, outputs).castTo(DataType.DOUBLE);
    network.forward(input, LABELS);
    INDArray byInput = network.backward(weights.dup()).dup();
    INDArray byParams = network.gradient().dup();
    assertThat(byInput.shape()).containsExactly(N, inputs);
    assertSlopes(network, input, weights, input.reshape(input.length()), byInput, 0);
    INDArray params = network.model().params();
    assertSlopes(network, input, weights, params, byParams, held);
    for (int i = 0; i < held; i++) {
      assertThat(byParams.getDouble(i)).isZero();
    }
  }

  private static void assertSlopes(
      Network network, INDArray input, INDArray weights, INDArray by, INDArray found, int from) {
    double h = 1e-6;
    double[] gradient = HostArrays.doubles(found);
    int trained = (int) by.length();
    if (found.rank() == 1) {
      trained = from + network.trainableParameters();
    }
    for (int i = from; i < trained; i += Math.max(1, trained / 80)) {
      double old = by.getDouble(i);
      by.putScalar(i, old + h);
      network.weights().follow();
      double up = value(network, input, weights);
      by.putScalar(i, old - h);
      network.weights().follow();
      double down = value(network, input, weights);
      by.putScalar(i, old);
      double slope = (up - down) / (2 * h);
      assertThat(gradient[i])
          .as("value %d", i)
          .isCloseTo(slope, within(1e-6 * (1 + Math.abs(slope))));
    }
  }

  private static double value(Network network, INDArray input, INDArray weights) {
    return network.forward(input, LABELS).mul(weights).sumNumber().doubleValue();
  }

  // Every combination of a network's kernels with the layers, which have one form themselves.
  @Test
  void fastAndStockNetworksAgree() {
    for (List<String> settings : generators().toList()) {
      assertAgree(settings, GanNetworks::generator, 3, IMAGE.features());
    }
    for (List<String> settings : discriminators().toList()) {
      assertAgree(settings, GanNetworks::discriminator, IMAGE.features(), 1);
    }
  }

  private static void assertAgree(
      List<String> settings, Function<GanNetworks, Network> which, int inputs, int outputs) {
    Network fast = which.apply(networks(DataType.FLOAT, settings));
    Network stock = which.apply(networks(DataType.FLOAT, with(settings, "kernels=stock")));
    Network exact = which.apply(networks(DataType.DOUBLE, with(settings, "kernels=stock")));
    assertThat(stock.state().params()).isEqualTo(fast.state().params());
    exact.model().params().assign(fast.model().params().castTo(DataType.DOUBLE));
    exact.load(new NetworkState(fast.state().params(), new float[0], 0));
    for (int round = 0; round < 2; round++) {
      INDArray x = random(N, inputs);
      INDArray errors = random(N, outputs);
      INDArray y = exact.forward(x.castTo(DataType.DOUBLE), LABELS).dup();
      INDArray back = exact.backward(errors.castTo(DataType.DOUBLE)).dup();
      for (Network network : List.of(fast, stock)) {
        assertClose(network.forward(x, LABELS), y);
        assertClose(network.backward(errors.dup()), back);
        assertClose(network.gradient(), exact.gradient());
      }
    }
  }

  private static void assertClose(INDArray actual, INDArray expected) {
    assertThat(actual.castTo(DataType.DOUBLE).distance2(expected))
        .isLessThan(1e-5 * (1 + expected.norm2Number().doubleValue()));
    assertThat(expected.norm2Number().doubleValue()).isPositive();
  }

  private static List<String> with(List<String> settings, String more) {
    return Stream.concat(settings.stream(), Stream.of(more)).toList();
  }

  // Each image of the judged batch is compared with its own batch only.
  @Test
  void realAndGeneratedImagesPassApart() {
    Network d = networks(DataType.FLOAT, DENSE_MINIBATCH).discriminator();
    assertThat(d.blueprint().isRowByRow()).isFalse();
    assertThat(networks(DataType.FLOAT).discriminator().blueprint().isRowByRow()).isTrue();
    Network still = networks(DataType.FLOAT, STILL).discriminator();
    assertThat(still.blueprint().isRowByRow()).isFalse();
  }

  @Test
  void anImageIsJudgedAloneToo() {
    Network d = networks(DataType.FLOAT, CONVOLUTIONAL_MINIBATCH).discriminator();
    INDArray images = random(N, IMAGE.features());
    double[] together = HostArrays.doubles(d.sample(images));
    double[] alone = HostArrays.doubles(d.sample(images.getRow(0, true).dup()));
    assertThat(alone).hasSize(1);
    assertThat(alone[0]).isNotCloseTo(together[0], within(1e-6));
  }

  @ParameterizedTest
  @MethodSource("discriminators")
  void filesHoldDiscriminators(List<String> settings) throws IOException {
    Experiment experiment = experiment(settings);
    Network trained = GanNetworks.build(experiment, IMAGE, DataType.FLOAT).discriminator();
    train(trained, IMAGE.features(), 1, 3);
    Network used = GanNetworks.discriminatorForUse(experiment, IMAGE);
    used.load(NetworkState.ofZip(trained.toZip(), NetworkSizeTest.sizeOf(trained)));
    INDArray images = random(N, IMAGE.features());
    assertThat(HostArrays.doubles(used.sample(images, LABELS)))
        .containsExactly(HostArrays.doubles(trained.sample(images, LABELS)), within(1e-5));
  }

  @ParameterizedTest
  @MethodSource("generators")
  void filesHoldGenerators(List<String> settings) throws IOException {
    Experiment experiment = experiment(settings);
    Network trained = GanNetworks.build(experiment, IMAGE, DataType.FLOAT).generator();
    train(trained, 3, IMAGE.features(), 3);
    Network used = GanNetworks.generatorForUse(experiment, IMAGE);
    used.load(NetworkState.ofZip(trained.toZip(), NetworkSizeTest.sizeOf(trained)));
    INDArray z = random(N, 3);
    assertThat(HostArrays.floats(used.sample(z, LABELS)))
        .containsExactly(HostArrays.floats(trained.forward(z, LABELS)), within(1e-5f));
  }

  @Test
  void deeplearning4jReadsTheGeneratorWhereTheLayersAreOnTheClassPath() throws IOException {
    Network trained = networks(DataType.FLOAT, TRANSPOSED_VIRTUAL, UP).generator();
    MultiLayerNetwork read =
        ModelSerializer.restoreMultiLayerNetwork(new ByteArrayInputStream(trained.toZip()), true);
    INDArray z = random(N, 3);
    INDArray images = read.output(z);
    assertThat(images.shape()).containsExactly(N, 2, 6, 6);
    assertThat(HostArrays.floats(images))
        .containsExactly(HostArrays.floats(trained.sample(z)), within(1e-5f));
  }

  @ParameterizedTest
  @CsvSource({"true, 11", "false, 0"})
  void gammasAreTrainedAsTheSettingsSay(boolean gamma, int trainedGammas) {
    Network g =
        networks(DataType.FLOAT, DENSE_VIRTUAL, "generator.batch-norm.gamma=" + gamma).generator();
    int weights = (3 * 5 + 5) + (5 * 4 + 4) + (4 * 6 + 6) + (6 * 72 + 72);
    assertThat(g.trainableParameters()).isEqualTo(weights + (5 + 6) + trainedGammas);
    assertThat(g.layout().length()).isEqualTo(7 * 3 + weights + 2 * (5 + 6));
    float[] before = g.state().params();
    train(g, 3, IMAGE.features(), 3);
    float[] after = g.state().params();
    for (ParameterLayout.Range range : g.layout().gammas()) {
      for (int i = range.from(); i < range.to(); i++) {
        assertThat(after[i] != before[i]).isEqualTo(gamma);
      }
    }
    assertThat(Arrays.copyOf(after, 21)).isEqualTo(Arrays.copyOf(before, 21));
    // The reference batch has no optimizer state.
    assertThat(g.state().updaterState()).hasSize(2 * (g.layout().length() - 21));
  }

  @ParameterizedTest
  @MethodSource("generators")
  void anImageDependsOnNoOtherOfItsBatchInAnyPass(List<String> settings) {
    Network g = networks(DataType.FLOAT, settings).generator();
    INDArray z = random(N, 3);
    float[] together = HostArrays.floats(g.forward(z, LABELS));
    for (int i = 0; i < N; i++) {
      INDArray own = z.getRow(i, true).dup();
      float[] image =
          Arrays.copyOfRange(together, i * IMAGE.features(), (i + 1) * IMAGE.features());
      assertThat(HostArrays.floats(g.forward(own, LABELS[i])))
          .containsExactly(image, within(1e-5f));
      assertThat(HostArrays.floats(g.sample(own, LABELS[i]))).containsExactly(image, within(1e-5f));
    }
  }

  @Test
  void theReferenceBatchIsDrawnLikeZAndOfTheSeed() {
    List<String> wide = List.of(DENSE_VIRTUAL, "latent.size=40", "latent.high=3", "latent.low=2");
    float[] reference = reference(wide);
    assertThat(reference).hasSize(7 * 40);
    assertThat(IntStream.range(0, 280).mapToDouble(i -> reference[i]))
        .allSatisfy(value -> assertThat(value).isBetween(2.0, 3.0));
    assertThat(IntStream.range(0, 280).mapToDouble(i -> reference[i]).average().orElseThrow())
        .isCloseTo(2.5, within(3 * Math.sqrt(1.0 / 12 / 280)));
    assertThat(reference(wide)).isEqualTo(reference);
    assertThat(reference(with(wide, "train.seed=2"))).isNotEqualTo(reference);
    float[] gaussian = reference(with(wide, "latent.distribution=gaussian"));
    assertThat(IntStream.range(0, 280).mapToDouble(i -> gaussian[i]).map(v -> v * v).sum() / 280)
        .isCloseTo(1, within(3 * Math.sqrt(2.0 / 280)));
  }

  private static float[] reference(List<String> settings) {
    Network g = networks(DataType.FLOAT, settings).generator();
    int length = VirtualBatch.rows(g.model()) * 40;
    return Arrays.copyOf(g.state().params(), length);
  }

  @Test
  void aNetworkThatIsLoadedGoesOnBitForBit() throws IOException {
    List<String> settings = List.of(STILL, TRANSPOSED_VIRTUAL, UP);
    GanNetworks whole = networks(DataType.FLOAT, settings);
    GanNetworks resumed = networks(DataType.FLOAT, with(settings, "train.seed=9"));
    assertGoesOn(whole.discriminator(), resumed.discriminator(), IMAGE.features(), 1);
    assertGoesOn(whole.generator(), resumed.generator(), 3, IMAGE.features());
  }

  private static void assertGoesOn(Network whole, Network resumed, int inputs, int outputs)
      throws IOException {
    train(whole, inputs, outputs, 3);
    resumed.load(NetworkState.ofZip(whole.toZip(), NetworkSizeTest.sizeOf(whole)));
    assertThat(resumed.state().params()).isEqualTo(whole.state().params());
    train(whole, inputs, outputs, 2);
    train(resumed, inputs, outputs, 2);
    assertThat(resumed.state().params()).isEqualTo(whole.state().params());
    assertThat(resumed.state().updaterState()).isEqualTo(whole.state().updaterState());
  }

  private static void train(Network network, int inputs, int outputs, int updates) {
    for (int i = 0; i < updates; i++) {
      network.forward(random(N, inputs), LABELS);
      network.backwardToParameters(random(N, outputs));
      network.update(N);
    }
  }

  @Test
  void contradictionsAreRefused() {
    assertRefused(
        "discriminator.layers.0.virtual-batch-norm: found true, expected false",
        "discriminator.layers=[{type: dense, units: 4, virtual-batch-norm: true}]");
    assertRefused(
        "generator.layers.1.type: found minibatch, expected another type",
        "generator.layers=[{type: dense, units: 4}, {type: minibatch}]");
    assertRefused(
        "train.batch-size: found 1, expected at least 2 with a layer of type minibatch",
        "discriminator.layers=[{type: minibatch}]",
        "train.batch-size=1",
        "moments.mean-weight=0",
        "moments.variance-weight=0");
    assertRefused(
        "virtual-batch-norm: found true beside batch-norm, expected one of them",
        "generator.layers=[{type: dense, units: 4, batch-norm: true, virtual-batch-norm: true}]");
    assertRefused(
        "virtual-batch-norm: found true beside instance-norm, expected one of them",
        "generator.layers=[{type: project, channels: 4, instance-norm: true,"
            + " virtual-batch-norm: true}]");
    assertRefused(
        "generator.layers: found batch-norm and virtual-batch-norm in one network, expected one of",
        "generator.layers=[{type: dense, units: 4, batch-norm: true},"
            + " {type: dense, units: 4, virtual-batch-norm: true}]");
    assertRefused(
        "weight-norm: found fixed beside virtual-batch-norm, expected none",
        "generator.layers=[{type: dense, units: 4, virtual-batch-norm: true, weight-norm: fixed}]");
    assertRefused(
        "generator.batch-norm.virtual-batch: found 1, expected at least 2",
        "generator.batch-norm.virtual-batch=1");
    assertRefused(
        "generator.batch-norm.virtual-batch: found 0, expected at least 2",
        DENSE_VIRTUAL,
        "generator.batch-norm.virtual-batch=0");
    assertRefused(
        "discriminator.batch-norm.virtual-batch: found 64, expected 0",
        "discriminator.batch-norm.virtual-batch=64");
    assertRefused(
        "train.batch-size: found 20, expected 100 with a layer of type minibatch in a discriminator",
        "discriminator.layers=[{type: minibatch}]",
        "train.batch-size=20",
        "labels.classes=3",
        "labels.generator=none",
        "labels.discriminator=classifier");
    assertRefused(
        "train.init-images: found 50, expected 0 without weight-norm in a layer, or a layer of type",
        DENSE_VIRTUAL,
        "train.init-images=50");
    assertRefused(
        "discriminator.layers.0.kernels: found 0, expected a positive number",
        "discriminator.layers=[{type: minibatch, kernels: 0}]");
    assertRefused(
        "discriminator.layers.0.dimensions: found -1, expected a positive number",
        "discriminator.layers=[{type: minibatch, dimensions: -1}]");
    assertThatThrownBy(
            () ->
                networks(
                    DataType.FLOAT,
                    "discriminator.layers=[{type: minibatch}, {type: convolution, filters: 3}]"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("found a layer for images after a vector of 172 values");
  }

  private static void assertRefused(String message, String... settings) {
    assertThatThrownBy(() -> Experiments.small(settings))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  private static GanNetworks networks(DataType type, String... settings) {
    return networks(type, List.of(settings));
  }

  private static GanNetworks networks(DataType type, List<String> settings) {
    return GanNetworks.build(experiment(settings), IMAGE, type);
  }

  private static Experiment experiment(List<String> settings) {
    return Experiments.small(
        Stream.concat(SMALL_REFERENCE.stream(), settings.stream()).toArray(String[]::new));
  }

  private static INDArray random(long... shape) {
    Nd4j.getRandom().setSeed(5);
    return Nd4j.randn(DataType.FLOAT, shape);
  }
}
