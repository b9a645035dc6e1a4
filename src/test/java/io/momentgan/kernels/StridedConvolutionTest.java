package io.momentgan.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.kernels.elements.VectorLeakyRelu;
import io.momentgan.kernels.elements.VectorTanh;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/** Compares both passes with stock layers, and with the definition of a transpose. */
class StridedConvolutionTest {
  private static final int FILTERS = 3;

  @Property(tries = 60)
  void convolutionGivesWhatTheStockLayerGives(
      @ForAll @IntRange(min = 1, max = 3) int channels,
      @ForAll @IntRange(min = 2, max = 11) int height,
      @ForAll @IntRange(min = 2, max = 11) int width,
      @ForAll @IntRange(min = 3, max = 5) int kernel,
      @ForAll @IntRange(min = 1, max = 3) int stride,
      @ForAll @IntRange(min = 1, max = 40) int count) {
    Layer fast =
        with(new VectorLeakyRelu(0.2), new StridedConvolution(channels, FILTERS, kernel, stride));
    Layer stock =
        new ConvolutionLayer.Builder(kernel, kernel)
            .stride(stride, stride)
            .convolutionMode(ConvolutionMode.Same)
            .nIn(channels)
            .nOut(FILTERS)
            .activation(new ActivationLReLU(0.2))
            .build();
    assertSame(List.of(fast), List.of(stock), random(count, channels, height, width));
  }

  @Property(tries = 60)
  void transposedConvolutionGivesWhatTheStockLayerGives(
      @ForAll @IntRange(min = 1, max = 3) int channels,
      @ForAll @IntRange(min = 2, max = 6) int height,
      @ForAll @IntRange(min = 2, max = 6) int width,
      @ForAll @IntRange(min = 2, max = 5) int kernel,
      @ForAll boolean oddHeight,
      @ForAll boolean oddWidth,
      @ForAll @IntRange(min = 1, max = 40) int count) {
    int stride = 2;
    int rows = stride * height - (oddHeight ? 1 : 0);
    int columns = stride * width - (oddWidth ? 1 : 0);
    Layer fast =
        with(
            new VectorTanh(),
            new TransposedConvolution(channels, FILTERS, kernel, stride, rows, columns));
    Layer stock =
        new Deconvolution2D.Builder()
            .kernelSize(kernel, kernel)
            .stride(stride, stride)
            .convolutionMode(ConvolutionMode.Same)
            .nIn(channels)
            .nOut(FILTERS)
            .activation(new ActivationTanH())
            .build();
    Crop vertical = Crop.of(height, stride, kernel, rows);
    Crop horizontal = Crop.of(width, stride, kernel, columns);
    Layer crop =
        new Cropping2D.Builder(
                vertical.start(), vertical.end(), horizontal.start(), horizontal.end())
            .build();
    assertSame(
        List.of(fast),
        oddHeight || oddWidth ? List.of(stock, crop) : List.of(stock),
        random(count, channels, height, width));
  }

  @Test
  void dropoutOfTheInputGoesBothWays() {
    Layer fast = with(new VectorLeakyRelu(0.2), new StridedConvolution(2, FILTERS, 3, 2));
    fast.setIDropout(new Dropout(0.5));
    Layer stock =
        new ConvolutionLayer.Builder(3, 3)
            .stride(2, 2)
            .convolutionMode(ConvolutionMode.Same)
            .nIn(2)
            .nOut(FILTERS)
            .activation(new ActivationLReLU(0.2))
            .dropOut(new Dropout(0.5))
            .build();
    assertSame(List.of(fast), List.of(stock), random(7, 2, 8, 8));
  }

  /** {@code <conv(x), y> = <x, deconv(y)>} for the same filters, without biases. */
  @Property(tries = 40)
  void transposedConvolutionIsTheAdjoint(
      @ForAll @IntRange(min = 1, max = 3) int channels,
      @ForAll @IntRange(min = 2, max = 11) int height,
      @ForAll @IntRange(min = 2, max = 11) int width,
      @ForAll @IntRange(min = 3, max = 5) int kernel,
      @ForAll @IntRange(min = 1, max = 3) int stride) {
    MultiLayerNetwork forward =
        network(
            List.of(
                with(
                    new ActivationIdentity(),
                    new StridedConvolution(channels, FILTERS, kernel, stride))));
    MultiLayerNetwork back =
        network(
            List.of(
                with(
                    new ActivationIdentity(),
                    new TransposedConvolution(FILTERS, channels, kernel, stride, height, width))));
    forward.getLayer(0).getParam("b").assign(0);
    back.getLayer(0).getParam("b").assign(0);
    back.getLayer(0).getParam("W").assign(forward.getLayer(0).getParam("W"));
    INDArray x = random(3, channels, height, width);
    INDArray maps = forward.output(x).dup();
    INDArray y = random(maps.shape());
    double left = maps.mul(y).sumNumber().doubleValue();
    double right = back.output(y).mul(x).sumNumber().doubleValue();
    assertThat(right).isCloseTo(left, within(1e-4 * (1 + Math.abs(left))));
  }

  private static Layer with(IActivation activation, FeedForwardLayer layer) {
    layer.setActivationFn(activation);
    return layer;
  }

  private static void assertSame(List<Layer> fastLayers, List<Layer> stockLayers, INDArray input) {
    MultiLayerNetwork fast = network(fastLayers);
    MultiLayerNetwork stock = network(stockLayers);
    fast.setParams(stock.params());
    INDArray expected = forward(stock, input);
    INDArray actual = forward(fast, input);
    assertThat(actual.shape()).isEqualTo(expected.shape());
    assertThat(actual.distance2(expected))
        .isLessThan(1e-5 * (1 + expected.norm2Number().doubleValue()));
    INDArray epsilon = random(expected.shape());
    INDArray stockBack = stock.backpropGradient(epsilon.dup(), null).getSecond();
    INDArray fastBack = fast.backpropGradient(epsilon.dup(), null).getSecond();
    assertThat(fastBack.distance2(stockBack))
        .isLessThan(1e-5 * (1 + stockBack.norm2Number().doubleValue()));
    INDArray gradient = stock.getFlattenedGradients();
    assertThat(fast.getFlattenedGradients().distance2(gradient))
        .isLessThan(1e-5 * (1 + gradient.norm2Number().doubleValue()));
    assertThat(gradient.norm2Number().doubleValue()).isPositive();
  }

  private static INDArray forward(MultiLayerNetwork network, INDArray input) {
    Nd4j.getRandom().setSeed(11);
    network.setInput(input.dup());
    List<INDArray> activations = network.feedForward(true, false);
    return activations.get(activations.size() - 1).dup();
  }

  private static MultiLayerNetwork network(List<Layer> layers) {
    NeuralNetConfiguration.ListBuilder list =
        new NeuralNetConfiguration.Builder()
            .seed(3)
            .dataType(DataType.FLOAT)
            .updater(new Sgd(0.1))
            .biasInit(0.1)
            .list();
    layers.forEach(list::layer);
    MultiLayerNetwork network = new MultiLayerNetwork(list.build());
    network.init();
    network.initGradientsView();
    return network;
  }

  private static INDArray random(long... shape) {
    Nd4j.getRandom().setSeed(5);
    return Nd4j.randn(DataType.FLOAT, shape);
  }
}
