package io.momentgan.kernels;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The transpose of {@link StridedConvolution}: Deeplearning4j's deconvolution with "same" padding,
 * with the same parameters and results. Floats on a CPU only.
 *
 * <p>From [n, channels, ceil(height / stride), ceil(width / stride)] to [n, filters, height,
 * width]: the stock layer's output after a {@link Crop}.
 */
public final class TransposedConvolution extends Deconvolution2D {
  private static final long serialVersionUID = 1L;

  private final int height;
  private final int width;

  /**
   * Defines a layer.
   *
   * @param channels channels of the input
   * @param filters channels of the images
   * @param kernel rows and columns of a filter
   * @param stride rows and columns between two positions
   * @param height rows of the images
   * @param width columns of the images
   */
  public TransposedConvolution(
      int channels, int filters, int kernel, int stride, int height, int width) {
    super(
        new Deconvolution2D.Builder()
            .kernelSize(kernel, kernel)
            .stride(stride, stride)
            .convolutionMode(ConvolutionMode.Same)
            .nIn(channels)
            .nOut(filters));
    this.height = height;
    this.width = width;
  }

  int height() {
    return height;
  }

  int width() {
    return width;
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
