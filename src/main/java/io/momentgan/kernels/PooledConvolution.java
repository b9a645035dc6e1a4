package io.momentgan.kernels;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A convolution without padding, 2x2 max pooling and ReLU in one layer, several times as fast as
 * Deeplearning4j's {@code ConvolutionLayer}, {@code SubsamplingLayer} and {@code ActivationLayer}
 * in sequence.
 *
 * <p>From [n, channels, height, width] to [n, filters, (height - k + 1) / 2, (width - k + 1) / 2];
 * drops an odd last row or column, as the stock layer does.
 */
public final class PooledConvolution extends ConvolutionLayer {
  private static final long serialVersionUID = 1L;

  /** For Deeplearning4j's JSON. */
  public PooledConvolution() {}

  /**
   * Defines a layer.
   *
   * @param kernel rows and columns of the filters
   * @param filters number of filters
   */
  public PooledConvolution(int kernel, int filters) {
    super(new ConvolutionLayer.Builder(kernel, kernel).nOut(filters));
    setActivationFn(new ActivationReLU());
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    InputType.InputTypeConvolutional in = (InputType.InputTypeConvolutional) inputType;
    return InputType.convolutional(
        (in.getHeight() - getKernelSize()[0] + 1) / 2,
        (in.getWidth() - getKernelSize()[1] + 1) / 2,
        getNOut());
  }

  @Override
  public Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> listeners,
      int index,
      INDArray paramsView,
      boolean initialise,
      DataType dataType) {
    PooledConvolutionLayer layer = new PooledConvolutionLayer(conf, dataType);
    return FastLayer.initialise(layer, conf, listeners, index, paramsView, initialise);
  }
}
