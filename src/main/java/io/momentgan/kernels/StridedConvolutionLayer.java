package io.momentgan.kernels;

import io.momentgan.kernels.loops.Patches;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.convolution.ConvolutionLayer;
import org.deeplearning4j.nn.params.ConvolutionParamInitializer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The working side of {@link StridedConvolution}. */
final class StridedConvolutionLayer extends ConvolutionLayer
    implements PartialBackward, ValuesLayer {
  private static final long serialVersionUID = 1L;

  private final transient ConvolutionWork work = new ConvolutionWork(false);
  private transient boolean needsGradients = true;
  private transient boolean needsErrors = true;

  StridedConvolutionLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  @Override
  public void compute(boolean gradients, boolean errors) {
    needsGradients = gradients;
    needsErrors = errors;
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    applyDropOutIfNecessary(training, workspaces);
    return forward(Values.of(input)).array();
  }

  @Override
  public Values forward(Values given) {
    Patches patches =
        new Patches(
            given.size(1),
            given.size(2),
            given.size(3),
            layerConf().getKernelSize()[0],
            layerConf().getStride()[0]);
    int filters = (int) layerConf().getNOut();
    return work.forward(
        given,
        patches,
        filters,
        weights(),
        getParam(ConvolutionParamInitializer.BIAS_KEY),
        layerConf().getActivationFn());
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    INDArray toInput = backward(Values.of(epsilon)).array();
    Gradient gradient = new DefaultGradient();
    String bias = ConvolutionParamInitializer.BIAS_KEY;
    String weight = ConvolutionParamInitializer.WEIGHT_KEY;
    gradient.setGradientFor(bias, gradientViews.get(bias));
    gradient.setGradientFor(weight, gradientViews.get(weight), 'c');
    weightNoiseParams.clear();
    return new Pair<>(gradient, backpropDropOutIfPresent(toInput));
  }

  @Override
  public Values backward(Values epsilon) {
    float[] errors = work.toErrors(epsilon);
    if (needsGradients) {
      work.gradients(
          errors,
          gradientViews.get(ConvolutionParamInitializer.WEIGHT_KEY),
          gradientViews.get(ConvolutionParamInitializer.BIAS_KEY));
    }
    return work.toInput(needsErrors ? errors : null, weights());
  }

  private INDArray weights() {
    return getParam(ConvolutionParamInitializer.WEIGHT_KEY);
  }
}
