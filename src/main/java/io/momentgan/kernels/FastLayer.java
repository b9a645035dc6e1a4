package io.momentgan.kernels;

import java.util.Collection;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Runs the passes of a {@link TensorLayer} where Deeplearning4j asks for its own. */
abstract class FastLayer<C extends org.deeplearning4j.nn.conf.layers.BaseLayer> extends BaseLayer<C>
    implements TensorLayer {
  private static final long serialVersionUID = 1L;

  private transient boolean needsGradients = true;
  private transient boolean needsInputErrors = true;

  FastLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  /** Gives a new layer its parameters, as Deeplearning4j's own {@code instantiate} does. */
  static Layer initialise(
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

  boolean needsGradients() {
    return needsGradients;
  }

  boolean needsInputErrors() {
    return needsInputErrors;
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    applyDropOutIfNecessary(training, workspaces);
    return forward(Tensor.of(input)).array();
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    INDArray inputErrors = backward(Tensor.of(epsilon)).array();
    weightNoiseParams.clear();
    return new Pair<>(gradient(gradientViews), backpropDropOutIfPresent(inputErrors));
  }

  @Override
  public boolean isPretrainLayer() {
    return false;
  }
}
