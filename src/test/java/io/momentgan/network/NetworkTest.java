package io.momentgan.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.Experiments;
import io.momentgan.config.Experiment;
import io.momentgan.data.ImageShape;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.network.state.NetworkState;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

class NetworkTest {
  private static final int MNIST_FEATURES = 784;
  private static final String BATCH_NORM =
      "generator.layers=[{type: dense, units: 5, batch-norm: true}]";
  private static final String DROPOUT = "generator.layers=[{type: dense, units: 50, dropout: 0.2}]";

  @ParameterizedTest
  @CsvSource({
    "ff-1, 114064",
    "ff-2, 364304",
    "ff-3, 364816",
    "ff-4, 745232",
    "ff-5, 364304",
    "ff-6-as-coded, 446480",
    "ff-6-as-described, 743952",
    "ff-7-as-coded, 447248",
    "ff-7-as-described, 745232"
  })
  void parameterCountsAreThoseOfTheOriginal(String experiment, int generator) {
    GanNetworks networks =
        GanNetworks.build(Experiments.named(experiment), image(MNIST_FEATURES), DataType.FLOAT);
    assertThat(networks.generator().trainableParameters()).isEqualTo(generator);
    assertThat(networks.discriminator().trainableParameters()).isEqualTo(100_609);
  }

  @Test
  void glorotWeightsAreUniformAndBiasesZero() {
    Network generator = generator(Experiments.named("ff-1"), MNIST_FEATURES);
    INDArray weights = generator.model().getLayer(1).getParam("W");
    double bound = Math.sqrt(6.0 / (128 + 784));
    assertThat(weights.maxNumber().doubleValue()).isBetween(0.99 * bound, bound);
    assertThat(weights.minNumber().doubleValue()).isBetween(-bound, -0.99 * bound);
    double sd = bound / Math.sqrt(3);
    double standardError = sd / Math.sqrt((double) weights.length());
    assertThat(weights.meanNumber().doubleValue()).isCloseTo(0, within(3 * standardError));
    assertThat(weights.stdNumber().doubleValue()).isCloseTo(sd, within(0.01 * sd));
    assertThat(generator.model().getLayer(1).getParam("b").amaxNumber().doubleValue()).isZero();
  }

  @Test
  void normalWeightsHaveTheirStandardDeviation() {
    Experiment normal =
        Experiments.named(
            "ff-1", "generator.weights=normal", "generator.weights-sd=0.02", "train.seed=2");
    INDArray weights = generator(normal, MNIST_FEATURES).model().getLayer(1).getParam("W");
    double standardError = 0.02 / Math.sqrt((double) weights.length());
    assertThat(weights.meanNumber().doubleValue()).isCloseTo(0, within(3 * standardError));
    // A standard deviation's error is smaller than a mean's by a factor of root two.
    assertThat(weights.stdNumber().doubleValue())
        .isCloseTo(0.02, within(3 * standardError / Math.sqrt(2)));
  }

  @Test
  void networksOfOneSeedAreEqualAndOfTwoDiffer() {
    Network first = generator(Experiments.small(), 6);
    assertThat(generator(Experiments.small(), 6).state().params())
        .isEqualTo(first.state().params());
    assertThat(generator(Experiments.small("train.seed=2"), 6).state().params())
        .isNotEqualTo(first.state().params());
  }

  @Test
  void leakyReluUsesTheSlopeOfTheSettings() {
    Experiment steep = Experiments.small("generator.slope=0.2", "generator.output=identity");
    Network generator = generator(steep, 2);
    INDArray z = normal(4, 3);
    INDArray hidden =
        z.mmul(generator.model().getLayer(0).getParam("W"))
            .addiRowVector(generator.model().getLayer(0).getParam("b"));
    INDArray activated = Nd4j.math().max(hidden, hidden.mul(0.2));
    INDArray expected = activated.mmul(generator.model().getLayer(1).getParam("W"));
    assertThat(HostArrays.doubles(generator.sample(z)))
        .containsExactly(HostArrays.doubles(expected), within(1e-6));
  }

  @Test
  void batchNormUsesTheBatchAlsoWhenSampling() {
    Experiment experiment = Experiments.small(BATCH_NORM);
    Network generator = generator(experiment, 6);
    INDArray z = normal(40, 3);
    INDArray trained = generator.forward(z).dup();
    assertThat(HostArrays.floats(generator.sample(z)))
        .containsExactly(HostArrays.floats(trained), within(1e-6f));
    INDArray normalised = unrectified(generator.model().feedForward(true, false).get(2).dup());
    assertThat(HostArrays.doubles(normalised.mean(0))).containsExactly(new double[5], within(1e-3));
    INDArray raw = generator.model().feedForward(true, false).get(1);
    double[] variance = HostArrays.doubles(raw.var(false, 0));
    double[] after = HostArrays.doubles(normalised.var(false, 0));
    for (int j = 0; j < after.length; j++) {
      assertThat(after[j]).isCloseTo(variance[j] / (variance[j] + 0.001), within(1e-3));
    }
  }

  // The fast layer applies the activation itself.
  private static INDArray unrectified(INDArray values) {
    return Transforms.max(values, 0).addi(Transforms.min(values, 0).divi(0.01));
  }

  @Test
  void batchNormByRunningStatisticsDependsOnNoBatchMates() {
    Experiment experiment = Experiments.small(BATCH_NORM, "generator.batch-norm.sampling=running");
    Network generator = generator(experiment, 6);
    INDArray z = normal(10, 3);
    INDArray together = generator.sample(z).dup();
    INDArray alone = generator.sample(z.getRow(3, true).dup());
    assertThat(HostArrays.floats(alone))
        .containsExactly(HostArrays.floats(together.getRow(3, true).dup()), within(1e-6f));
  }

  @Test
  void scaleOfBatchNormStaysOneUnlessItIsTrained() {
    assertThat(gammaAfterAnUpdate("generator.batch-norm.gamma=false")).containsOnly(1f);
    assertThat(gammaAfterAnUpdate("generator.batch-norm.gamma=true")).doesNotContain(1f);
  }

  @Test
  void dropoutDropsItsShareInTrainingAndNothingInSampling() {
    Network generator = generator(Experiments.small(DROPOUT, "generator.output=identity"), 2000);
    generator.model().getLayer(0).getParam("W").assign(0);
    generator.model().getLayer(0).getParam("b").assign(1);
    INDArray eye = generator.model().getLayer(1).getParam("W").assign(0);
    for (int unit = 0; unit < 50; unit++) {
      eye.putScalar(unit, unit, 1);
    }
    Nd4j.getRandom().setSeed(5);
    INDArray z = normal(1000, 3);
    double[] values = HostArrays.doubles(generator.forward(z).getColumns(range(50)).dup('c'));
    long kept = Arrays.stream(values).filter(v -> v > 0).count();
    assertThat((double) kept / values.length).isCloseTo(0.8, within(0.01));
    assertThat(Arrays.stream(values).max().orElseThrow()).isCloseTo(1.25, within(1e-6));
    assertThat(generator.blueprint().isStochastic()).isTrue();
    double[] sampled = HostArrays.doubles(generator.sample(z).getColumns(range(50)).dup('c'));
    assertThat(sampled).containsOnly(1);
  }

  @ParameterizedTest
  @CsvSource({"FLOAT", "DOUBLE"})
  void noiseThatChangesNothingLeavesTheGradientsAsTheyAre(DataType type) {
    Network plain = discriminator("{type: dense, units: 5}", type);
    Network noisy =
        discriminator(
            "{type: noise, sd: 1e-30}, {type: dense, units: 5}, {type: noise, sd: 1e-30}", type);
    INDArray images = normal(4, 6).castTo(type);
    INDArray epsilon = normal(4, 1).castTo(type);
    plain.forward(images);
    double[] ofInput = HostArrays.doubles(plain.backward(epsilon));
    double[] ofParameters = HostArrays.doubles(plain.gradient());
    assertThat(ofParameters).doesNotContain(0);
    noisy.forward(images);
    assertThat(HostArrays.doubles(noisy.backward(epsilon))).isEqualTo(ofInput);
    assertThat(HostArrays.doubles(noisy.gradient())).isEqualTo(ofParameters);
    noisy.gradient().assign(0);
    noisy.backwardToParameters(epsilon);
    assertThat(HostArrays.doubles(noisy.gradient())).isEqualTo(ofParameters);
  }

  private static Network discriminator(String layers, DataType type) {
    Experiment experiment = Experiments.small("discriminator.layers=[" + layers + "]");
    return GanNetworks.build(experiment, image(6), type).discriminator();
  }

  @Test
  void dropoutThatStaysOnWhileSamplingIsThatOfTraining() throws IOException {
    Experiment experiment =
        Experiments.small(
            "generator.layers=[{type: dense, units: 50, dropout: 0.5}]",
            "generator.sampling-dropout=true",
            "kernels=stock");
    Network trained = generator(experiment, 6);
    Network used = GanNetworks.generatorForUse(experiment, image(6));
    used.load(trained.state());
    INDArray z = normal(9, 3);
    Nd4j.getRandom().setSeed(5);
    float[] first = HostArrays.floats(used.sample(z));
    float[] second = HostArrays.floats(used.sample(z));
    assertThat(second).isNotEqualTo(first);
    Nd4j.getRandom().setSeed(5);
    assertThat(HostArrays.floats(used.sample(z))).isEqualTo(first);
    Nd4j.getRandom().setSeed(5);
    assertThat(HostArrays.floats(trained.forward(z))).containsExactly(first, within(1e-6f));
    MultiLayerNetwork plain = loaded(trained);
    Nd4j.getRandom().setSeed(5);
    assertThat(HostArrays.floats(plain.output(z, true))).isEqualTo(first);
  }

  @Test
  void threeStepsOfAdamEqualTheCalculationByHand() {
    Network network = generator(Experiments.small(), 2);
    double[] expected = {HostArrays.doubles(network.model().params())[0], 0, 0};
    for (int t = 1; t <= 3; t++) {
      double g = 0.3 * t;
      network.gradient().assign(0).putScalar(0, g * 4);
      network.update(4);
      expected[1] = 0.9 * expected[1] + 0.1 * g;
      expected[2] = 0.999 * expected[2] + 0.001 * g * g;
      double rate = 0.001 * Math.sqrt(1 - Math.pow(0.999, t)) / (1 - Math.pow(0.9, t));
      expected[0] -= rate * expected[1] / (Math.sqrt(expected[2]) + 1e-8);
      assertThat(HostArrays.doubles(network.model().params())[0])
          .isCloseTo(expected[0], within(1e-6));
    }
    assertThat(network.state().updates()).isEqualTo(3);
  }

  /**
   * At gradients around epsilon, a step depends on where epsilon stands: beside the root of the
   * uncorrected v, as in TensorFlow 1.0, which trained the original (Kingma and Ba 2015, end of
   * section 2). Beside the root of the corrected v, it made the first of these steps 16 times as
   * long.
   */
  @ParameterizedTest
  @CsvSource({"1e-8, 1e-8", "1e-8, 3e-7", "1e-4, 1e-4", "1e-4, 3e-3"})
  void epsilonOfAdamStandsBesideTheRootOfTheUncorrectedV(double epsilon, double g) {
    for (String kernels : List.of("fast", "stock")) {
      Network network =
          generator(
              Experiments.small("generator.optimizer.epsilon=" + epsilon, "kernels=" + kernels), 2);
      network.model().params().assign(0);
      network.gradient().assign(0).putScalar(0, g);
      network.update(1);
      double m = 0.1 * g;
      double v = 0.001 * g * g;
      double rate = 0.001 * Math.sqrt(1 - 0.999) / (1 - 0.9);
      double expected = -rate * m / (Math.sqrt(v) + epsilon);
      assertThat(HostArrays.doubles(network.model().params())[0])
          .as(kernels)
          .isCloseTo(expected, within(1e-3 * Math.abs(expected)));
    }
  }

  @Test
  void theStateSurvivesAFileBitForBit() throws IOException {
    Network network = trained(Experiments.small(BATCH_NORM));
    NetworkState state = network.state();
    NetworkState read = NetworkState.ofZip(network.toZip(), NetworkSizeTest.sizeOf(network));
    assertThat(read.params()).isEqualTo(state.params());
    assertThat(read.updaterState()).isEqualTo(state.updaterState());
    assertThat(read.updates()).isEqualTo(state.updates());
    Network other = generator(Experiments.small(BATCH_NORM, "train.seed=9"), 6);
    other.load(read);
    assertThat(other.state().params()).isEqualTo(state.params());
    assertThat(other.state().updaterState()).isEqualTo(state.updaterState());
  }

  @Test
  void plainDeeplearning4jDrawsTheSamePictures() throws IOException {
    INDArray z = normal(16, 3);
    for (String setting : new String[] {"name=plain", DROPOUT, BATCH_NORM}) {
      Experiment experiment = Experiments.small(setting);
      Network trained = trained(experiment);
      Network used = GanNetworks.generatorForUse(experiment, image(6));
      used.load(trained.state());
      boolean batchStatistics = setting.equals(BATCH_NORM);
      float[] plain = HostArrays.floats(loaded(trained).output(z, batchStatistics));
      assertThat(HostArrays.floats(used.sample(z))).isEqualTo(plain);
      assertThat(HostArrays.floats(trained.sample(z))).containsExactly(plain, within(1e-6f));
    }
  }

  private static MultiLayerNetwork loaded(Network network) throws IOException {
    return ModelSerializer.restoreMultiLayerNetwork(new ByteArrayInputStream(network.toZip()));
  }

  private static Network trained(Experiment experiment) {
    Network network = generator(experiment, 6);
    for (int i = 0; i < 3; i++) {
      network.forward(normal(8, 3));
      network.backward(normal(8, 6));
      network.update(8);
    }
    return network;
  }

  private static float[] gammaAfterAnUpdate(String setting) {
    Network network = trained(Experiments.small(BATCH_NORM, setting));
    ParameterLayout.Range range = network.layout().gammas().get(0);
    return Arrays.copyOfRange(network.state().params(), range.from(), range.to());
  }

  private static Network generator(Experiment experiment, int features) {
    return GanNetworks.build(experiment, image(features), DataType.FLOAT).generator();
  }

  private static INDArray normal(int rows, int columns) {
    float[] values = new float[rows * columns];
    Random random = new Random(rows * 31L + columns);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return HostArrays.toArray(values, rows, columns);
  }

  private static int[] range(int count) {
    return IntStream.range(0, count).toArray();
  }

  private static ImageShape image(int features) {
    return new ImageShape(1, 1, features);
  }
}
