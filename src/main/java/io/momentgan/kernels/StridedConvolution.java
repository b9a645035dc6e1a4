package io.momentgan.kernels;

import io.momentgan.kernels.loops.ConvolutionPasses;
import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Deeplearning4j's convolution with "same" padding by {@link ConvolutionPasses}: same parameters
 * and results, several times as fast. Floats on a CPU only.
 *
 * <p>From [n, channels, height, width] to [n, filters, ceil(height / stride), ceil(width /
 * stride)].
 */
public final class StridedConvolution extends ConvolutionLayer {
  private static final long serialVersionUID = 1L;

  /**
   * Defines a layer.
   *
   * @param channels channels of the images
   * @param filters number of filters
   * @param kernel rows and columns of a filter
   * @param stride rows and columns between two positions
   */
  public StridedConvolution(int channels, int filters, int kernel, int stride) {
    super(
        new ConvolutionLayer.Builder(kernel, kernel)
            .stride(stride, stride)
            .convolutionMode(ConvolutionMode.Same)
            .nIn(channels)
            .nOut(filters));
  }

  @Override
  public Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> listeners,
      int index,
      INDArray paramsView,
      boolean initialise,
      DataType dataType) {
    FastConvolution layer = new FastConvolution(conf, dataType);
    return FastLayer.initialise(layer, conf, listeners, index, paramsView, initialise);
  }
}
