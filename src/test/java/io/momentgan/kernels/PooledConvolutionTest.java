package io.momentgan.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration.ListBuilder;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/** Compares with the stock layers. */
class PooledConvolutionTest {
  private static final int CLASSES = 3;

  // 15 rows: the last place is dropped; 37 images: more than one product takes.
  @ParameterizedTest
  @CsvSource({"1, 28, 28, 5", "3, 15, 20, 37", "2, 16, 17, 16"})
  void givesWhatStockLayersGive(int channels, int height, int width, int count) {
    MultiLayerNetwork fast = network(true, channels, height, width);
    MultiLayerNetwork stock = network(false, channels, height, width);
    fast.setParams(stock.params());
    Nd4j.getRandom().setSeed(7);
    INDArray images = Nd4j.randn(DataType.FLOAT, count, (long) channels * height * width);
    INDArray labels = Nd4j.zeros(DataType.FLOAT, count, CLASSES);
    for (int i = 0; i < count; i++) {
      labels.putScalar(i, i % CLASSES, 1f);
    }

    assertThat(distance(fast.output(images), stock.output(images))).isLessThan(1e-6);
    INDArray gradient = gradient(fast, images, labels);
    INDArray expected = gradient(stock, images, labels);
    assertThat(distance(gradient, expected) / largest(expected)).isCloseTo(0, within(1e-5));
    assertThat(largest(expected)).isPositive();
  }

  private static INDArray gradient(MultiLayerNetwork network, INDArray images, INDArray labels) {
    network.setInput(images);
    network.setLabels(labels);
    network.computeGradientAndScore();
    return network.getFlattenedGradients().dup();
  }

  @ParameterizedTest
  @CsvSource({"1, 28, 28"})
  void comesBackFromJson(int channels, int height, int width) {
    MultiLayerConfiguration conf =
        network(true, channels, height, width).getLayerWiseConfigurations();
    assertThat(MultiLayerConfiguration.fromJson(conf.toJson())).isEqualTo(conf);
  }

  private static MultiLayerNetwork network(boolean fast, int channels, int height, int width) {
    ListBuilder list =
        new NeuralNetConfiguration.Builder()
            .seed(3)
            .updater(new Sgd(0.1))
            .weightInit(WeightInit.RELU)
            .biasInit(0.1)
            .list();
    for (int filters : new int[] {4, 6}) {
      if (fast) {
        list.layer(new PooledConvolution(3, filters));
      } else {
        list.layer(
            new ConvolutionLayer.Builder(3, 3)
                .nOut(filters)
                .activation(Activation.IDENTITY)
                .build());
        list.layer(
            new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
                .kernelSize(2, 2)
                .stride(2, 2)
                .build());
        list.layer(new ActivationLayer.Builder().activation(Activation.RELU).build());
      }
    }
    list.layer(new OutputLayer.Builder().nOut(CLASSES).activation(Activation.SOFTMAX).build());
    list.setInputType(InputType.convolutionalFlat(height, width, channels));
    MultiLayerNetwork network = new MultiLayerNetwork(list.build());
    network.init();
    return network;
  }

  private static double distance(INDArray a, INDArray b) {
    return largest(a.sub(b));
  }

  private static double largest(INDArray a) {
    return a.amaxNumber().doubleValue();
  }
}
