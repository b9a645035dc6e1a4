package io.momentgan.kernels;

import java.util.Collection;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Runs the passes of a {@link TensorLayer} where Deeplearning4j asks for its own. */
public abstract class FastLayer<C extends org.deeplearning4j.nn.conf.layers.BaseLayer>
    extends BaseLayer<C> implements TensorLayer {
  private static final long serialVersionUID = 1L;

  private transient boolean needsGradients = true;
  private transient boolean needsInputErrors = true;

  protected FastLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  /** Gives a new layer its parameters, as Deeplearning4j's own {@code instantiate} does. */
  public static Layer initialise(
      Layer layer,
      NeuralNetConfiguration conf,
      Collection<TrainingListener> listeners,
      int index,
      INDArray paramsView,
      boolean initialise) {
    layer.setListeners(listeners);
    layer.setIndex(index);
    layer.setParamsViewArray(paramsView);
    layer.setParamTable(conf.getLayer().initializer().init(conf, paramsView, initialise));
    layer.setConf(conf);
    return layer;
  }

  static Gradient gradient(Map<String, INDArray> views) {
    Gradient gradient = new DefaultGradient();
    views.forEach((name, view) -> gradient.setGradientFor(name, view, view.ordering()));
    return gradient;
  }

  @Override
  public void compute(boolean gradients, boolean inputErrors) {
    needsGradients = gradients;
    needsInputErrors = inputErrors;
  }

  protected boolean needsGradients() {
    return needsGradients;
  }

  protected boolean needsInputErrors() {
    return needsInputErrors;
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    applyDropOutIfNecessary(training, workspaces);
    return within(ArrayType.ACTIVATIONS, forward(Tensor.of(input)).array(), workspaces);
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    INDArray inputErrors =
        within(ArrayType.ACTIVATION_GRAD, backward(Tensor.of(epsilon)).array(), workspaces);
    weightNoiseParams.clear();
    return new Pair<>(gradient(gradientViews), backpropDropOutIfPresent(inputErrors));
  }

  /** Copies a result to the workspace that Deeplearning4j expects it in, if it uses any. */
  private static INDArray within(ArrayType type, INDArray result, LayerWorkspaceMgr workspaces) {
    if (result.isAttached()) {
      return workspaces.leverageTo(type, result);
    }
    return workspaces.isScopedOut(type) ? result : workspaces.dup(type, result, 'c');
  }

  @Override
  public boolean isPretrainLayer() {
    return false;
  }
}
