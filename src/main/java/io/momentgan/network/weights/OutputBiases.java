package io.momentgan.network.weights;

import io.momentgan.config.NetworkConfig.Output;
import io.momentgan.kernels.HeldValues;
import io.momentgan.kernels.loops.HostArrays;
import java.util.Arrays;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Biases of a last layer from the marginals of the data, as in the code of the first GAN
 * (goodfeli/adversarial, by pylearn2's {@code init_sigmoid_bias_from_marginals}).
 */
public final class OutputBiases {
  private static final double LEAST_SHARE = 1e-7; // of white in a pixel, as in pylearn2

  private OutputBiases() {}

  /**
   * Sets the biases.
   *
   * @param model network whose last layer with parameters of its own has them
   * @param output activation of that layer
   * @param means mean of each output [outputs] over the data
   */
  public static void set(MultiLayerNetwork model, Output output, double[] means) {
    INDArray biases =
        Arrays.stream(model.getLayers())
            .filter(layer -> layer.numParams() > 0)
            .filter(layer -> !(layer.conf().getLayer() instanceof HeldValues))
            .reduce((earlier, later) -> later)
            .map(layer -> layer.getParam(DefaultParamInitializer.BIAS_KEY))
            .orElseThrow();
    double[] values = new double[(int) biases.length()];
    int ofBias = means.length / values.length;
    for (int i = 0; i < values.length; i++) {
      double mean = Arrays.stream(means, i * ofBias, (i + 1) * ofBias).average().orElseThrow();
      values[i] = inverse(output, mean);
    }
    biases.assign(HostArrays.toArray(biases.dataType(), values, biases.shape()));
  }

  private static double inverse(Output output, double mean) {
    return switch (output) {
      case SIGMOID -> logit(mean);
      case TANH -> logit((mean + 1) / 2) / 2;
      case IDENTITY -> mean;
    };
  }

  private static double logit(double share) {
    double clipped = Math.min(Math.max(share, LEAST_SHARE), 1 - LEAST_SHARE);
    return Math.log(clipped / (1 - clipped));
  }
}
