package io.momentgan.kernels.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.kernels.loops.HostArrays;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** By hand, in plain Deeplearning4j with its memory workspaces. */
class MinibatchDiscriminationTest {
  private static final double E1 = Math.exp(-1);
  private static final double E2 = Math.exp(-2);
  private static final double E3 = Math.exp(-3);
  private static final double[][] THREE = {{0, 0}, {1, 0}, {0, 2}};

  @Test
  void threeRowsByHandWithAKernelForEachComponent() {
    MultiLayerNetwork network = network(2, 2, 1);
    // Columns of theta have other norms than 1, which do not matter.
    set(network, MinibatchDiscrimination.THETA, 3, 0, 0, 5);
    assertThat(rows(network, THREE))
        .containsExactly(
            new double[] {
              0, 0, E1 + 1 - 1, 1 + E2 - 1,
              1, 0, E1 + E1 - 1, 1 + E2 - 1,
              0, 2, 1 + E1 - 1, E2 + E2 - 1
            },
            within(1e-12));
    set(network, MinibatchDiscrimination.SCALE, Math.log(2), Math.log(0.5));
    set(network, MinibatchDiscrimination.BIAS, 0.25, -3);
    assertThat(rows(network, THREE))
        .containsExactly(
            new double[] {
              0, 0, E2 + 1 + 0.25, 1 + E1 - 3,
              1, 0, E2 + E2 + 0.25, 1 + E1 - 3,
              0, 2, 1 + E2 + 0.25, E1 + E1 - 3
            },
            within(1e-12));
  }

  @Test
  void threeRowsByHandWithOneKernelOfTwoDimensions() {
    MultiLayerNetwork network = network(2, 1, 2);
    set(network, MinibatchDiscrimination.THETA, 1, 0, 0, -1);
    assertThat(rows(network, THREE))
        .containsExactly(
            new double[] {
              0, 0, E1 + E2 - 1,
              1, 0, E1 + E3 - 1,
              0, 2, E2 + E3 - 1
            },
            within(1e-12));
  }

  @Test
  void initialValuesAreThoseOfTheAuthorsCode() {
    Layer layer = network(400, 100, 5).getLayer(0);
    INDArray theta = layer.getParam(MinibatchDiscrimination.THETA);
    assertThat(theta.shape()).containsExactly(400, 500);
    assertThat(theta.meanNumber().doubleValue()).isCloseTo(0, within(4 * 0.05 / Math.sqrt(2e5)));
    assertThat(theta.stdNumber().doubleValue())
        .isCloseTo(0.05, within(4 * 0.05 / Math.sqrt(2 * 2e5)));
    assertThat(layer.getParam(MinibatchDiscrimination.SCALE).amaxNumber().doubleValue()).isZero();
    assertThat(layer.getParam(MinibatchDiscrimination.BIAS).minNumber().doubleValue())
        .isEqualTo(layer.getParam(MinibatchDiscrimination.BIAS).maxNumber().doubleValue())
        .isEqualTo(-1);
  }

  @Test
  void threeRowsRescaleKernelsByHand() {
    MultiLayerNetwork network = network(2, 2, 1);
    set(network, MinibatchDiscrimination.THETA, 3, 0, 0, 5);
    set(network, MinibatchDiscrimination.SCALE, 0.5, 0);
    // The nearest other rows are at 0, 1, 0 for the first kernel, at 0, 0, 2 for the second.
    double e6 = Math.exp(-6);
    double first = (2 + 4 * e6) / 3;
    double[] expected = {
      0, 0, 1 + e6 - first, 1 + e6 - first,
      1, 0, e6 + e6 - first, 1 + e6 - first,
      0, 2, 1 + e6 - first, e6 + e6 - first
    };
    INDArray rows = Nd4j.createFromArray(THREE);
    assertThat(HostArrays.doubles(layer(network).initialise(rows)))
        .containsExactly(expected, within(1e-12));
    assertThat(parameter(network, MinibatchDiscrimination.SCALE))
        .containsExactly(new double[] {Math.log(6), Math.log(3)}, within(1e-12));
    assertThat(parameter(network, MinibatchDiscrimination.BIAS))
        .containsExactly(new double[] {-first, -first}, within(1e-12));
    assertThat(rows(network, THREE)).containsExactly(expected, within(1e-12));
  }

  @Tag("long")
  @Test
  void afterwardsHalfTheMeanNearestDistanceIs1AndOutputsAreCentred() {
    MultiLayerNetwork network = network(6, 7, 3);
    INDArray x = random(40, 6);
    INDArray y = layer(network).initialise(x);
    assertThat(HostArrays.doubles(closeness(y, 6, 7).mean(0)))
        .containsExactly(new double[7], within(1e-12));
    INDArray theta = network.getLayer(0).getParam(MinibatchDiscrimination.THETA);
    INDArray s = network.getLayer(0).getParam(MinibatchDiscrimination.SCALE);
    for (int b = 0; b < 7; b++) {
      double sum = 0;
      for (int i = 0; i < 40; i++) {
        double nearest = Double.POSITIVE_INFINITY;
        for (int j = 0; j < 40; j++) {
          double distance = 0;
          for (int k = 0; k < 3; k++) {
            INDArray column = theta.getColumn(k * 7 + b);
            double scale = Math.exp(s.getDouble(k * 7 + b)) / column.norm2Number().doubleValue();
            double inner = x.getRow(i).sub(x.getRow(j)).mul(column).sumNumber().doubleValue();
            distance += Math.abs(inner * scale);
          }
          nearest = i == j ? nearest : Math.min(nearest, distance);
        }
        sum += nearest;
      }
      assertThat(sum / 40 / 2).as("kernel %d", b).isCloseTo(1, within(1e-9));
    }
  }

  @Test
  void rowsThatAreAllTheSameKeepTheScale() {
    MultiLayerNetwork network = network(6, 4, 3);
    layer(network).initialise(Nd4j.tile(random(1, 6), 5, 1));
    assertThat(parameter(network, MinibatchDiscrimination.SCALE)).containsOnly(0);
    assertThat(parameter(network, MinibatchDiscrimination.BIAS)).containsOnly(-4);
  }

  @Test
  void aPermutedBatchGivesPermutedRows() {
    MultiLayerNetwork network = network(6, 7, 3);
    INDArray x = random(9, 6);
    INDArray y = network.output(x).dup();
    int[] order = {3, 1, 8, 0, 2, 7, 6, 4, 5};
    assertThat(HostArrays.doubles(network.output(x.getRows(order))))
        .containsExactly(HostArrays.doubles(y.getRows(order)), within(1e-12));
  }

  // From next to each other to so far apart that nothing is left.
  @Test
  void closenessIsExponentialAtAllDistances() {
    MultiLayerNetwork network = network(1, 1, 1);
    set(network, MinibatchDiscrimination.THETA, 1);
    set(network, MinibatchDiscrimination.BIAS, 0);
    for (double distance = 1e-6; distance < 1e9; distance *= 1.7) {
      double[] found = rows(network, new double[][] {{0}, {distance}});
      double expected = Math.exp(-distance);
      assertThat(found[1]).isCloseTo(expected, within(1e-12 * expected + 5e-18));
      assertThat(found[3]).isEqualTo(found[1]);
    }
  }

  @Test
  void rowsThatAreAllTheSameCountAllOthers() {
    int n = 8;
    INDArray x = Nd4j.tile(random(1, 6), n, 1);
    INDArray y = network(6, 4, 3).output(x);
    assertThat(HostArrays.doubles(closeness(y, 6, 4)))
        .containsExactly(IntStream.range(0, n * 4).mapToDouble(i -> n - 1 - 1).toArray());
  }

  @Test
  void aRowAloneHasTheBiasOnly() {
    INDArray y = network(6, 4, 3).output(random(1, 6));
    assertThat(HostArrays.doubles(closeness(y, 6, 4))).containsOnly(-1);
  }

  @Test
  void theNearerTheRowsTheCloserTheyAre() {
    MultiLayerNetwork network = network(6, 20, 5);
    INDArray x = random(30, 6);
    double spread = closeness(network.output(x), 6, 20).meanNumber().doubleValue();
    double nearer = closeness(network.output(x.mul(0.3)), 6, 20).meanNumber().doubleValue();
    double collapsed = closeness(network.output(x.mul(1e-4)), 6, 20).meanNumber().doubleValue();
    assertThat(nearer).isGreaterThan(spread + 1);
    assertThat(collapsed).isGreaterThan(nearer + 1).isCloseTo(28, within(0.1));
  }

  @Test
  void gradientsAreThoseOfFiniteDifferences() {
    MultiLayerNetwork network = network(4, 3, 2);
    network.params().addi(random(1, 33).getRow(0).mul(0.1));
    INDArray x = random(5, 4);
    INDArray weights = random(5, 7);
    network.setInput(x);
    network.feedForward(true, false);
    INDArray byInput = network.backpropGradient(weights.dup(), null).getSecond().dup();
    INDArray byParams = network.getFlattenedGradients().dup();
    assertThat(network.params().length()).isEqualTo(4 * 6 + 6 + 3);
    assertSlopes(network, x, weights, x, byInput);
    assertSlopes(network, x, weights, network.params(), byParams);
  }

  /** Compares with the slopes by each value of one of the arrays that the output depends on. */
  private static void assertSlopes(
      MultiLayerNetwork network, INDArray x, INDArray weights, INDArray values, INDArray gradient) {
    double h = 1e-6;
    for (long i = 0; i < values.length(); i++) {
      double old = values.getDouble(i);
      values.putScalar(i, old + h);
      double up = network.output(x).mul(weights).sumNumber().doubleValue();
      values.putScalar(i, old - h);
      double down = network.output(x).mul(weights).sumNumber().doubleValue();
      values.putScalar(i, old);
      assertThat(gradient.getDouble(i))
          .as("value %d", i)
          .isCloseTo((up - down) / (2 * h), within(1e-7));
    }
  }

  // The distance of equal rows has no slope in any direction.
  @Test
  void equalRowsDoNotPushEachOther() {
    MultiLayerNetwork network = network(4, 3, 2);
    network.setInput(Nd4j.tile(random(1, 4), 3, 1));
    network.feedForward(true, false);
    INDArray errors = random(3, 7);
    errors.get(NDArrayIndex.all(), NDArrayIndex.interval(0, 4)).assign(0);
    assertThat(network.backpropGradient(errors, null).getSecond().amaxNumber().doubleValue())
        .isZero();
  }

  private static INDArray closeness(INDArray y, int inputs, int kernels) {
    return y.get(NDArrayIndex.all(), NDArrayIndex.interval(inputs, inputs + kernels));
  }

  private static double[] rows(MultiLayerNetwork network, double[][] rows) {
    return HostArrays.doubles(network.output(Nd4j.createFromArray(rows)));
  }

  private static void set(MultiLayerNetwork network, String name, double... values) {
    INDArray parameter = network.getLayer(0).getParam(name);
    parameter.assign(Nd4j.createFromArray(values).reshape('c', parameter.shape()));
  }

  private static MinibatchDiscriminationLayer layer(MultiLayerNetwork network) {
    return (MinibatchDiscriminationLayer) network.getLayer(0);
  }

  private static double[] parameter(MultiLayerNetwork network, String name) {
    return HostArrays.doubles(network.getLayer(0).getParam(name));
  }

  private static MultiLayerNetwork network(int inputs, int kernels, int dimensions) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(4)
                .dataType(DataType.DOUBLE)
                .list()
                .layer(new MinibatchDiscrimination(inputs, kernels, dimensions))
                .build());
    network.init();
    network.initGradientsView();
    return network;
  }

  private static INDArray random(int rows, int columns) {
    Nd4j.getRandom().setSeed(rows * 100L + columns);
    return Nd4j.randn(DataType.DOUBLE, rows, columns);
  }
}
