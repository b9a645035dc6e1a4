package io.momentgan.kernels;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Puts a trained vector of the class behind what comes in: rows [n, f] become [n, f + values]. Its
 * parameters "W" are the table [classes, values].
 */
public final class LabelEmbedding extends DenseLayer {
  private static final long serialVersionUID = 1L;

  private long inputs;

  /** For Deeplearning4j's JSON. */
  public LabelEmbedding() {}

  /**
   * A layer.
   *
   * @param inputs number of values that come in
   * @param classes how many
   * @param values length of a class's vector
   */
  public LabelEmbedding(long inputs, int classes, int values) {
    this.inputs = inputs;
    setNIn(classes);
    setNOut(values);
    setHasBias(false);
    setActivationFn(Activation.IDENTITY.getActivationFunction());
  }

  /** How many values come in. */
  public long getInputs() {
    return inputs;
  }

  /** For Deeplearning4j's JSON. */
  public void setInputs(long inputs) {
    this.inputs = inputs;
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    return InputType.feedForward(inputs + getNOut());
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
        new LabelEmbeddingLayer(conf, dataType), conf, listeners, index, paramsView, initialise);
  }
}
