package io.momentgan.kernels.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.kernels.loops.HostArrays;
import java.util.Arrays;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.UniformDistribution;
import org.deeplearning4j.nn.layers.normalization.BatchNormalization;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** By plain formulas, in plain Deeplearning4j with its memory workspaces. */
class VirtualBatchNormTest {
  private static final int REFERENCE = 4;
  private static final int CHANNELS = 3;
  private static final double EPSILON = 1e-3;
  private static final double[] GAMMA = {1.5, 0.5, -2};
  private static final double[] BETA = {0.1, -0.2, 0.3};

  @ParameterizedTest
  @ValueSource(ints = {1, 6})
  void theReferenceBatchIsNormalisedLikeBatchNormalisationDoes(int plane) {
    INDArray x = random(7, plane);
    INDArray y = layer(false).output(x);
    INDArray reference = x.get(rows(0, REFERENCE)).dup();
    assertThat(HostArrays.doubles(y.get(rows(0, REFERENCE))))
        .containsExactly(HostArrays.doubles(batchNorm(reference)), within(1e-12));
  }

  private static INDArray batchNorm(INDArray x) {
    MultiLayerNetwork stock =
        network(
            new org.deeplearning4j.nn.conf.layers.BatchNormalization.Builder()
                .nIn(CHANNELS)
                .nOut(CHANNELS)
                .eps(EPSILON)
                .build());
    BatchNormalization norm = (BatchNormalization) stock.getLayer(0);
    norm.getParam("gamma").assign(Nd4j.createFromArray(GAMMA).reshape(1, CHANNELS));
    norm.getParam("beta").assign(Nd4j.createFromArray(BETA).reshape(1, CHANNELS));
    return stock.output(x, true);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 6})
  void otherRowsAreNormalisedByThemselvesAndTheReferenceBatch(int plane) {
    INDArray x = random(7, plane);
    double[] y = HostArrays.doubles(layer(true).output(x));
    double[] values = HostArrays.doubles(x);
    assertThat(y).hasSize(3 * CHANNELS * plane);
    for (int row = 0; row < 3; row++) {
      for (int c = 0; c < CHANNELS; c++) {
        double[] own = channel(values, REFERENCE + row, c, plane).toArray();
        int channel = c;
        double[] reference =
            IntStream.range(0, REFERENCE)
                .mapToObj(r -> channel(values, r, channel, plane))
                .flatMapToDouble(v -> v)
                .toArray();
        double share = 1.0 / (REFERENCE + 1);
        double mean = share * mean(own) + (1 - share) * mean(reference);
        double square = share * mean(squares(own)) + (1 - share) * mean(squares(reference));
        double deviation = Math.sqrt(EPSILON + square - mean * mean);
        for (int p = 0; p < plane; p++) {
          assertThat(y[(row * CHANNELS + c) * plane + p])
              .isCloseTo(GAMMA[c] * (own[p] - mean) / deviation + BETA[c], within(1e-12));
        }
      }
    }
  }

  private static DoubleStream channel(double[] values, int row, int channel, int plane) {
    int from = (row * CHANNELS + channel) * plane;
    return Arrays.stream(values, from, from + plane);
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElseThrow();
  }

  private static double[] squares(double[] values) {
    return Arrays.stream(values).map(v -> v * v).toArray();
  }

  @Test
  void batchMatesDoNotMatterToTheBit() {
    INDArray x = random(9, 6);
    INDArray y = layer(true).output(x);
    INDArray some = Nd4j.concat(0, x.get(rows(0, REFERENCE)), x.get(rows(7, 8)));
    assertThat(HostArrays.doubles(layer(true).output(some)))
        .isEqualTo(HostArrays.doubles(y.get(rows(3, 4))));
    assertThat(HostArrays.doubles(layer(false).output(x).get(rows(REFERENCE, 9))))
        .isEqualTo(HostArrays.doubles(y));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void gradientsAreThoseOfFiniteDifferences(boolean last) {
    for (int plane : new int[] {1, 6}) {
      MultiLayerNetwork network = layer(last);
      INDArray x = random(7, plane);
      INDArray weights = random(9, plane).get(rows(last ? 6 : 2, 9)).dup();
      network.setInput(x);
      network.feedForward(true, false);
      INDArray byInput = network.backpropGradient(weights.dup(), null).getSecond().dup('c');
      INDArray byParams = network.getFlattenedGradients().dup();
      assertSlopes(network, x, weights, x.reshape(x.length()), byInput);
      assertSlopes(network, x, weights, network.params(), byParams);
    }
  }

  private static void assertSlopes(
      MultiLayerNetwork network, INDArray x, INDArray weights, INDArray values, INDArray gradient) {
    double[] found = HostArrays.doubles(gradient);
    double h = 1e-6;
    for (int i = 0; i < found.length; i++) {
      double old = values.getDouble(i);
      values.putScalar(i, old + h);
      double up = network.output(x).mul(weights).sumNumber().doubleValue();
      values.putScalar(i, old - h);
      double down = network.output(x).mul(weights).sumNumber().doubleValue();
      values.putScalar(i, old);
      assertThat(found[i]).as("value %d", i).isCloseTo((up - down) / (2 * h), within(1e-7));
    }
  }

  @Test
  void valuesWithoutVarianceStayFinite() {
    INDArray y = layer(true).output(Nd4j.ones(DataType.DOUBLE, 6, CHANNELS).muli(1e4));
    assertThat(HostArrays.doubles(y))
        .containsExactly(
            DoubleStream.concat(DoubleStream.of(BETA), DoubleStream.of(BETA)).toArray());
  }

  @Test
  void aBatchWithoutRowsOfItsOwnIsRefused() {
    assertThatThrownBy(() -> layer(true).output(random(REFERENCE, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("4 rows (must be more than the reference batch of 4)");
  }

  @Test
  void gammaStartsNearOneWhereItIsTrained() {
    INDArray gamma = network(new VirtualBatchNorm(5000, 4, EPSILON, true, true)).params();
    assertThat(gamma.get(rows(0, 5000)).meanNumber().doubleValue()).isCloseTo(1, within(0.0012));
    assertThat(gamma.get(rows(0, 5000)).stdNumber().doubleValue()).isCloseTo(0.02, within(0.001));
    assertThat(gamma.get(rows(5000, 10_000)).amaxNumber().doubleValue()).isZero();
    INDArray fixed = network(new VirtualBatchNorm(5000, 4, EPSILON, false, true)).params();
    assertThat(fixed.get(rows(0, 5000)).minNumber().doubleValue()).isEqualTo(1);
    assertThat(fixed.get(rows(0, 5000)).maxNumber().doubleValue()).isEqualTo(1);
  }

  @Test
  void theReferenceBatchStandsFirstAndIsNotTrained() {
    MultiLayerNetwork network =
        network(new VirtualBatch(50, REFERENCE, new UniformDistribution(-3, 5)));
    INDArray reference = network.getLayer(0).getParam("W");
    assertThat(reference.shape()).containsExactly(REFERENCE, 50);
    assertThat(reference.minNumber().doubleValue()).isBetween(-3.0, -2.5);
    assertThat(reference.maxNumber().doubleValue()).isBetween(4.5, 5.0);
    INDArray x = Nd4j.rand(DataType.DOUBLE, 2, 50);
    network.setInput(x);
    INDArray y = network.feedForward(true, false).get(1);
    assertThat(y.get(rows(0, REFERENCE))).isEqualTo(reference);
    assertThat(y.get(rows(REFERENCE, 6))).isEqualTo(x);
    INDArray errors = Nd4j.rand(DataType.DOUBLE, 6, 50);
    INDArray back = network.backpropGradient(errors.dup(), null).getSecond();
    assertThat(back.dup()).isEqualTo(errors.get(rows(REFERENCE, 6)).dup());
    assertThat(network.getFlattenedGradients().amaxNumber().doubleValue()).isZero();
    assertThat(VirtualBatch.rows(network)).isEqualTo(REFERENCE);
  }

  private static MultiLayerNetwork layer(boolean last) {
    MultiLayerNetwork network =
        network(new VirtualBatchNorm(CHANNELS, REFERENCE, EPSILON, true, last));
    network
        .params()
        .assign(
            Nd4j.createFromArray(
                DoubleStream.concat(DoubleStream.of(GAMMA), DoubleStream.of(BETA)).toArray()));
    return network;
  }

  private static MultiLayerNetwork network(org.deeplearning4j.nn.conf.layers.Layer layer) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(4)
                .dataType(DataType.DOUBLE)
                .list()
                .layer(layer)
                .build());
    network.init();
    network.initGradientsView();
    return network;
  }

  private static INDArrayIndex rows(int from, int to) {
    return NDArrayIndex.interval(from, to);
  }

  /** Vectors [n, channels], or images [n, channels, 2, plane / 2]. */
  private static INDArray random(int n, int plane) {
    Nd4j.getRandom().setSeed(n * 100L + plane);
    INDArray values = Nd4j.randn(DataType.DOUBLE, n, (long) CHANNELS * plane).muli(2).addi(0.7);
    return plane == 1 ? values : values.reshape('c', n, CHANNELS, 2, plane / 2);
  }
}
