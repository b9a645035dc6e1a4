package io.momentgan.device;

import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/**
 * One training step with a convolution and batch normalisation: a GPU that this build has no
 * kernels for fails here and not somewhere in a training.
 */
public final class SmokeTest {
  /** Compute capabilities that nd4j-cuda-11.6 has kernels for; it has no PTX for later ones. */
  public static final String SUPPORTED = "3.7 to 8.6";

  private static final int BATCH = 4;
  private static final int SIDE = 8;

  private SmokeTest() {}

  /**
   * Makes the step on the device that the current thread is bound to.
   *
   * @param device that device
   * @param host name of the machine
   * @throws DeviceException in one line, when the device cannot do it
   */
  public static void require(Device device, String host) {
    try {
      double score = step();
      if (!Double.isFinite(score)) {
        throw new DeviceException(message(device, host, "the loss of the test step is " + score));
      }
    } catch (DeviceException e) {
      throw e;
    } catch (RuntimeException | LinkageError e) {
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new DeviceException(message(device, host, reason), e);
    }
  }

  static String message(Device device, String host, String reason) {
    return ("%s on %s: a training step with a convolution failed (%s); expected a GPU of compute"
            + " capability %s with a driver for CUDA 11.6; give such a one, or set device.use=cpu")
        .formatted(device, host, reason, SUPPORTED);
  }

  private static double step() {
    MultiLayerConfiguration configuration =
        new NeuralNetConfiguration.Builder()
            .seed(1)
            .updater(new Adam(1e-3))
            .list()
            .layer(new ConvolutionLayer.Builder(3, 3).nOut(4).build())
            .layer(new BatchNormalization())
            .layer(new OutputLayer.Builder(LossFunctions.LossFunction.MSE).nOut(2).build())
            .setInputType(InputType.convolutional(SIDE, SIDE, 1))
            .build();
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    INDArray images = Nd4j.linspace(-1, 1, BATCH * SIDE * SIDE).reshape(BATCH, 1, SIDE, SIDE);
    network.fit(
        images.castTo(network.getLayerWiseConfigurations().getDataType()), Nd4j.ones(BATCH, 2));
    Nd4j.getExecutioner().commit();
    return network.score();
  }
}
