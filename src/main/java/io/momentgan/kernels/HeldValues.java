package io.momentgan.kernels;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
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

/**
 * An identity layer whose parameters "W" [1, count] no pass uses by itself; their gradient is 0
 * until another part of the network sets it. They travel with the network in snapshots and
 * averages.
 */
public final class HeldValues extends DenseLayer {
  private static final long serialVersionUID = 1L;

  /** For Deeplearning4j's JSON. */
  public HeldValues() {}

  /**
   * Defines a layer.
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

  // The values have no inputs.
  @Override
  public void setNIn(InputType inputType, boolean override) {}

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
    Identity layer = new Identity(conf, dataType);
    return FastLayer.initialise(layer, conf, listeners, index, paramsView, initialise);
  }

  private static final class Identity
      extends org.deeplearning4j.nn.layers.feedforward.dense.DenseLayer {
    private static final long serialVersionUID = 1L;

    Identity(NeuralNetConfiguration conf, DataType dataType) {
      super(conf, dataType);
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
      assertInputSet(false);
      return workspaces.dup(ArrayType.ACTIVATIONS, input, 'c');
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(
        INDArray epsilon, LayerWorkspaceMgr workspaces) {
      gradientViews.get(DefaultParamInitializer.WEIGHT_KEY).assign(0);
      INDArray inputErrors = workspaces.dup(ArrayType.ACTIVATION_GRAD, epsilon, 'c');
      return new Pair<>(FastLayer.gradient(gradientViews), inputErrors);
    }
  }
}
