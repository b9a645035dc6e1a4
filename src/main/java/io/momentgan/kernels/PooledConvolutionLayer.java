package io.momentgan.kernels;

import io.momentgan.kernels.loops.ColumnProducts;
import io.momentgan.kernels.loops.Columns;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.kernels.loops.Pieces;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.convolution.ConvolutionLayer;
import org.deeplearning4j.nn.params.ConvolutionParamInitializer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Runs a {@link PooledConvolution}: loops on the heap and matrix products by ND4J's BLAS. */
final class PooledConvolutionLayer extends ConvolutionLayer {
  private static final long serialVersionUID = 1L;

  private static final int IMAGES_TOGETHER = 16; // their columns stay in the second-level cache

  private transient ColumnProducts products;
  private transient float[] images;
  private transient float[] activations;
  private transient byte[] winners;

  PooledConvolutionLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    Columns columns = columns();
    int count = (int) input.size(0);
    images = HostArrays.floats(input);
    activations = new float[count * columns.pooledLength()];
    winners = new byte[activations.length];
    float[] bias = HostArrays.floats(getParam(ConvolutionParamInitializer.BIAS_KEY));
    products = ColumnProducts.of(products, columns, IMAGES_TOGETHER);
    products.setFilters(getParam(ConvolutionParamInitializer.WEIGHT_KEY));
    for (int from = 0; from < count; from += IMAGES_TOGETHER) {
      int length = Math.min(IMAGES_TOGETHER, count - from);
      float[] outputs = products.forward(images, from, length);
      for (int i = 0; i < length; i++) {
        columns.pool(outputs, length, i, bias, activations, winners, from + i);
      }
    }
    long[] shape = {count, columns.filters(), columns.pooledHeight(), columns.pooledWidth()};
    INDArray result = workspaces.createUninitialized(ArrayType.ACTIVATIONS, dataType, shape, 'c');
    Pieces.pointer(result).put(activations);
    return result;
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    Columns columns = columns();
    int count = (int) epsilon.size(0);
    float[] errors = HostArrays.floats(epsilon);
    for (int i = 0; i < errors.length; i++) {
      errors[i] = activations[i] > 0 ? errors[i] : 0;
    }
    float[] imageErrors = new float[images.length];
    products.clearGradient();
    for (int from = 0; from < count; from += IMAGES_TOGETHER) {
      int length = Math.min(IMAGES_TOGETHER, count - from);
      products.backward(images, errors, winners, from, length, imageErrors);
    }
    INDArray biases = gradientViews.get(ConvolutionParamInitializer.BIAS_KEY);
    biases.assign(columns.biasGradient(errors, count, biases.shape()));
    INDArray weights = gradientViews.get(ConvolutionParamInitializer.WEIGHT_KEY);
    weights.assign(products.gradient().reshape('c', weights.shape()));
    weightNoiseParams.clear();
    INDArray inputErrors =
        workspaces.createUninitialized(ArrayType.ACTIVATION_GRAD, dataType, input.shape(), 'c');
    Pieces.pointer(inputErrors).put(imageErrors);
    return new Pair<>(FastLayer.gradient(gradientViews), inputErrors);
  }

  private Columns columns() {
    return new Columns(
        (int) input.size(1),
        (int) input.size(2),
        (int) input.size(3),
        layerConf().getKernelSize()[0],
        (int) layerConf().getNOut());
  }
}
