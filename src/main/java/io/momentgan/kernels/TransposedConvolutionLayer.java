package io.momentgan.kernels;

import org.bytedeco.javacpp.FloatPointer;
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

  private final transient Reused forward = new Reused();
  private final transient Reused back = new Reused();
  private final transient HeapMemory inputMemory = new HeapMemory();
  private final transient HeapMemory resultMemory = new HeapMemory();
  private final transient HeapMemory errorMemory = new HeapMemory();
  private final transient HeapMemory inputErrorMemory = new HeapMemory();
  private transient ConvolutionPasses passes;
  private transient Patches patches;
  private transient Values inputs;
  private transient float[] results;
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
    inputs = given;
    patches = patches();
    passes = ConvolutionPasses.of(passes, patches, maps());
    Channels out = outputs();
    results = resultMemory.get(out.length());
    passes.toImages(inputs.heap(inputMemory), out.count(), weights(), results);
    out.addAndActivate(
        results, HeapArrays.of(getParam(DeconvolutionParamInitializer.BIAS_KEY)), function());
    return Values.of(results, forward, outputShape());
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    INDArray toInput = backward(Values.of(epsilon)).array();
    Gradient gradient = new DefaultGradient();
    gradient.setGradientFor(
        DeconvolutionParamInitializer.BIAS_KEY,
        gradientViews.get(DeconvolutionParamInitializer.BIAS_KEY));
    gradient.setGradientFor(
        DeconvolutionParamInitializer.WEIGHT_KEY,
        gradientViews.get(DeconvolutionParamInitializer.WEIGHT_KEY),
        'c');
    weightNoiseParams.clear();
    return new Pair<>(gradient, backpropDropOutIfPresent(toInput));
  }

  @Override
  public Values backward(Values epsilon) {
    Channels out = outputs();
    float[] errors = epsilon.heap(errorMemory);
    function().backprop(errors, results, 0, out.length());
    float[] inputErrors = inputErrorMemory.get(inputs.length());
    if (needsGradients) {
      INDArray weightGradient = gradientViews.get(DeconvolutionParamInitializer.WEIGHT_KEY);
      passes.gradient(
          errors, inputs.heap(inputMemory), out.count(), HeapArrays.memory(weightGradient));
      Pieces.pointer(gradientViews.get(DeconvolutionParamInitializer.BIAS_KEY))
          .put(HeapArrays.floats(out.sums(errors)));
    }
    if (needsErrors) {
      passes.toMaps(errors, out.count(), weights(), inputErrors);
    }
    return Values.of(inputErrors, back, inputs.shape());
  }

  private HeapActivation function() {
    return HeapActivation.of(layerConf().getActivationFn());
  }

  private FloatPointer weights() {
    return HeapArrays.memory(getParam(DeconvolutionParamInitializer.WEIGHT_KEY));
  }

  private Channels outputs() {
    return Channels.of(outputShape());
  }

  private long[] outputShape() {
    return new long[] {inputs.size(0), patches.channels(), patches.height(), patches.width()};
  }

  private int maps() {
    return inputs.size(1);
  }

  private Patches patches() {
    TransposedConvolution settings = (TransposedConvolution) layerConf();
    return new Patches(
        (int) settings.getNOut(),
        settings.height(),
        settings.width(),
        settings.getKernelSize()[0],
        settings.getStride()[0]);
  }
}
