package io.momentgan.kernels;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Appends a trained vector of the class to the input: rows [n, f] become [n, f + values]. Its
 * parameters "W" are the table [classes, values].
 */
public final class LabelEmbedding extends DenseLayer {
  private static final long serialVersionUID = 1L;

  @JsonProperty private long inputs;

  /** For Deeplearning4j's JSON. */
  public LabelEmbedding() {}

  /**
   * Defines a layer.
   *
   * @param inputs number of inputs
   * @param classes number of classes
   * @param values length of a class's vector
   */
  public LabelEmbedding(long inputs, int classes, int values) {
    this.inputs = inputs;
    setNIn(classes);
    setNOut(values);
    setHasBias(false);
    setActivationFn(Activation.IDENTITY.getActivationFunction());
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
    Lookup layer = new Lookup(conf, dataType);
    return FastLayer.initialise(layer, conf, listeners, index, paramsView, initialise);
  }

  private static final class Lookup
      extends org.deeplearning4j.nn.layers.feedforward.dense.DenseLayer implements Conditional {
    private static final long serialVersionUID = 1L;

    private transient INDArray oneHot;

    Lookup(NeuralNetConfiguration conf, DataType dataType) {
      super(conf, dataType);
    }

    @Override
    public void condition(INDArray labels) {
      oneHot = labels;
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
      assertInputSet(false);
      LabelChannels.requireLabels(oneHot, input);
      INDArray vectors = oneHot.mmul(getParam(DefaultParamInitializer.WEIGHT_KEY));
      return workspaces.leverageTo(ArrayType.ACTIVATIONS, Nd4j.concat(1, input, vectors));
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(
        INDArray epsilon, LayerWorkspaceMgr workspaces) {
      long inputs = epsilon.size(1) - layerConf().getNOut();
      INDArrayIndex all = NDArrayIndex.all();
      INDArray vectorErrors = epsilon.get(all, NDArrayIndex.interval(inputs, epsilon.size(1)));
      gradientViews
          .get(DefaultParamInitializer.WEIGHT_KEY)
          .assign(oneHot.transpose().mmul(vectorErrors.dup('c')));
      INDArray inputErrors = epsilon.get(all, NDArrayIndex.interval(0, inputs));
      return new Pair<>(
          FastLayer.gradient(gradientViews),
          workspaces.dup(ArrayType.ACTIVATION_GRAD, inputErrors, 'c'));
    }
  }
}
