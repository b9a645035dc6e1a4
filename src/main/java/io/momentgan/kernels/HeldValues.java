package io.momentgan.kernels;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A layer that hands on what it gets and holds values that belong to a network without being
 * trained, its parameters "W" [1, count]: so they go wherever parameters go, into snapshots,
 * averages and files.
 */
public final class HeldValues extends DenseLayer {
  private static final long serialVersionUID = 1L;

  /** For Deeplearning4j's JSON. */
  public HeldValues() {}

  /**
   * A layer.
   *
   * @param count number of values
   */
  public HeldValues(long count) {
    setNIn(1);
    setNOut(count);
    setHasBias(false);
    setActivationFn(Activation.IDENTITY.getActivationFunction());
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    return inputType;
  }

  @Override
  public InputPreProcessor getPreProcessorForInputType(InputType inputType) {
    return null;
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
        new HeldValuesLayer(conf, dataType), conf, listeners, index, paramsView, initialise);
  }
}
