package io.momentgan.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.kernels.elements.VectorTanh;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/** Compares with the stock layers in double. */
class VectorLayersTest {
  @Property(tries = 40)
  void dense(
      @ForAll @IntRange(min = 1, max = 50) int n,
      @ForAll @IntRange(min = 1, max = 40) int in,
      @ForAll @IntRange(min = 1, max = 40) int out) {
    FeedForwardLayer fast = new VectorDense(in, out);
    fast.setActivationFn(new VectorTanh());
    Layer stock =
        new DenseLayer.Builder().nIn(in).nOut(out).activation(new ActivationTanH()).build();
    assertSame(fast, stock, random(n, in));
  }

  @Property(tries = 40)
  void batchNormOfVectors(
      @ForAll @IntRange(min = 2, max = 150) int n,
      @ForAll @IntRange(min = 1, max = 90) int channels) {
    assertSame(
        new VectorBatchNorm(channels, 1e-3, 0.9, identity()),
        stockBatchNorm(channels),
        farFromZero(n, channels));
  }

  @Property(tries = 40)
  void batchNormOfImages(
      @ForAll @IntRange(min = 2, max = 40) int n,
      @ForAll @IntRange(min = 1, max = 30) int channels,
      @ForAll @IntRange(min = 1, max = 9) int height,
      @ForAll @IntRange(min = 1, max = 9) int width) {
    assertSame(
        new VectorBatchNorm(channels, 1e-3, 0.9, identity()),
        stockBatchNorm(channels),
        farFromZero(n, channels, height, width));
  }

  private static IActivation identity() {
    return new ActivationIdentity();
  }

  private static Layer stockBatchNorm(int channels) {
    return new BatchNormalization.Builder()
        .nIn(channels)
        .nOut(channels)
        .eps(1e-3)
        .decay(0.9)
        .useLogStd(false)
        .build();
  }

  private static void assertSame(Layer fastLayer, Layer stockLayer, INDArray input) {
    MultiLayerNetwork fast = network(fastLayer, DataType.FLOAT);
    MultiLayerNetwork stock = network(stockLayer, DataType.DOUBLE);
    Nd4j.getRandom().setSeed(9);
    fast.setParams(Nd4j.rand(DataType.FLOAT, fast.params().shape()).addi(0.1));
    stock.setParams(fast.params().castTo(DataType.DOUBLE));
    INDArray expected = forward(stock, input.castTo(DataType.DOUBLE));
    assertClose(forward(fast, input), expected);
    INDArray epsilon = random(expected.shape());
    INDArray back = stock.backpropGradient(epsilon.castTo(DataType.DOUBLE), null).getSecond().dup();
    assertClose(fast.backpropGradient(epsilon.dup(), null).getSecond(), back);
    assertClose(fast.getFlattenedGradients(), stock.getFlattenedGradients());
  }

  private static void assertClose(INDArray actual, INDArray expected) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    assertThat(actual.castTo(DataType.DOUBLE).distance2(expected))
        .isLessThan(2e-5 * (1 + expected.norm2Number().doubleValue()));
  }

  private static INDArray forward(MultiLayerNetwork network, INDArray input) {
    network.setInput(input.dup());
    List<INDArray> activations = network.feedForward(true, false);
    return activations.get(activations.size() - 1).dup();
  }

  private static MultiLayerNetwork network(Layer layer, DataType type) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .dataType(type)
                .updater(new Sgd(0.1))
                .list()
                .layer(layer)
                .build());
    network.init();
    network.initGradientsView();
    return network;
  }

  // A variance computed as a difference of squares would lose its digits here.
  private static INDArray farFromZero(long... shape) {
    INDArray values = random(shape).addi(1000);
    values.slice(0).addi(20);
    return values;
  }

  private static INDArray random(long... shape) {
    Nd4j.getRandom().setSeed(5);
    return Nd4j.randn(DataType.FLOAT, shape);
  }
}
