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
 * A convolution without padding, the maximum of each 2x2 square of its output, and the rectifier,
 * in one layer: what Deeplearning4j's {@code ConvolutionLayer} (identity), {@code SubsamplingLayer}
 * and {@code ActivationLayer} give one after another, several times as fast.
 *
 * <p>From [n, channels, height, width] to [n, filters, (height - k + 1) / 2, (width - k + 1) / 2];
 * an odd last row or column is left out, as the stock layer does.
 */
public final class PooledConvolution extends ConvolutionLayer {
  private static final long serialVersionUID = 1L;

  /** For Deeplearning4j's JSON. */
  public PooledConvolution() {}

  /**
   * A layer.
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
    return Instances.ready(
        new PooledConvolutionLayer(conf, dataType), conf, listeners, index, paramsView, initialise);
  }
}
