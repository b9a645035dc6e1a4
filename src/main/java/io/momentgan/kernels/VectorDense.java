package io.momentgan.kernels;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Deeplearning4j's dense layer without its detours: it keeps what went into the activation, which
 * the stock layer computes again on the way back. The same parameters and results. Floats on a CPU
 * only.
 */
public final class VectorDense extends DenseLayer {
  private static final long serialVersionUID = 1L;

  /** For Deeplearning4j's JSON. */
  public VectorDense() {}

  /**
   * A layer.
   *
   * @param inputs number of inputs
   * @param outputs number of outputs
   */
  public VectorDense(long inputs, long outputs) {
    setNIn(inputs);
    setNOut(outputs);
    setHasBias(true);
    // What the network starts all biases at; unset, it would be 0.
    setBiasInit(Double.NaN);
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
        new VectorDenseLayer(conf, dataType), conf, listeners, index, paramsView, initialise);
  }
}
