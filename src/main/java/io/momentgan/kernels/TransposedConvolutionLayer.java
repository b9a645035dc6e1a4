package io.momentgan.kernels;

import io.momentgan.kernels.loops.Patches;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.convolution.Deconvolution2DLayer;
import org.deeplearning4j.nn.params.DeconvolutionParamInitializer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The working side of {@link TransposedConvolution}. */
final class TransposedConvolutionLayer extends Deconvolution2DLayer
    implements PartialBackward, ValuesLayer {
  private static final long serialVersionUID = 1L;

  private final transient ConvolutionWork work = new ConvolutionWork(true);
  private transient boolean needsGradients = true;
  private transient boolean needsErrors = true;

  TransposedConvolutionLayer(NeuralNetConfiguration conf, DataType dataType) {
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
    TransposedConvolution settings = (TransposedConvolution) layerConf();
    Patches patches =
        new Patches(
            (int) settings.getNOut(),
            settings.height(),
            settings.width(),
            settings.getKernelSize()[0],
            settings.getStride()[0]);
    int filters = given.size(1);
    return work.forward(
        given,
        patches,
        filters,
        weights(),
        getParam(DeconvolutionParamInitializer.BIAS_KEY),
        layerConf().getActivationFn());
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    INDArray toInput = backward(Values.of(epsilon)).array();
    Gradient gradient = new DefaultGradient();
    String bias = DeconvolutionParamInitializer.BIAS_KEY;
    String weight = DeconvolutionParamInitializer.WEIGHT_KEY;
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
          gradientViews.get(DeconvolutionParamInitializer.WEIGHT_KEY),
          gradientViews.get(DeconvolutionParamInitializer.BIAS_KEY));
    }
    return work.toInput(needsErrors ? errors : null, weights());
  }

  private INDArray weights() {
    return getParam(DeconvolutionParamInitializer.WEIGHT_KEY);
  }
}
