package io.momentgan.kernels;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Deeplearning4j's dense layer with the same parameters and results. Keeps the activations, which
 * the stock layer computes again in its backward pass. Floats on a CPU only.
 */
public final class VectorDense extends DenseLayer {
  private static final long serialVersionUID = 1L;

  /**
   * Defines a layer.
   *
   * @param inputs number of inputs
   * @param outputs number of outputs
   */
  public VectorDense(long inputs, long outputs) {
    setNIn(inputs);
    setNOut(outputs);
    setHasBias(true);
    setBiasInit(Double.NaN); // takes the network's value; unset, it would be 0
  }

  @Override
  public Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> listeners,
      int index,
      INDArray paramsView,
      boolean initialise,
      DataType dataType) {
    VectorDenseLayer layer = new VectorDenseLayer(conf, dataType);
    return FastLayer.initialise(layer, conf, listeners, index, paramsView, initialise);
  }
}
