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
final class TransposedConvolutionLayer extends Deconvolution2DLayer implements PartialBackward {
  private static final long serialVersionUID = 1L;

  private final transient Reused forward = new Reused();
  private final transient Reused back = new Reused();
  private transient PatchProducts products;
  private transient float[] maps;
  private transient float[] results;
  private transient float[] errors;
  private transient float[] inputErrors;
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
    Patches patches = patches();
    maps = HeapArrays.of(input, maps);
    products = PatchProducts.of(products, patches, (int) input.size(1));
    results = products.toImages(maps, weights(), results);
    Channels.of(imageShape(patches))
        .addAndActivate(
            results, HeapArrays.of(getParam(DeconvolutionParamInitializer.BIAS_KEY)), function());
    return HeapArrays.put(results, forward.get(imageShape(patches)));
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    Patches patches = patches();
    errors = HeapArrays.of(epsilon, errors);
    function().backprop(errors, results, 0, errors.length);
    INDArray weightGradient = gradientViews.get(DeconvolutionParamInitializer.WEIGHT_KEY);
    INDArray biasGradient = gradientViews.get(DeconvolutionParamInitializer.BIAS_KEY);
    if (needsGradients) {
      products.gradient(errors, maps, HeapArrays.memory(weightGradient));
      Pieces.pointer(biasGradient)
          .put(HeapArrays.floats(Channels.of(imageShape(patches)).sums(errors)));
    }
    Gradient gradient = new DefaultGradient();
    gradient.setGradientFor(DeconvolutionParamInitializer.BIAS_KEY, biasGradient);
    gradient.setGradientFor(DeconvolutionParamInitializer.WEIGHT_KEY, weightGradient, 'c');
    weightNoiseParams.clear();
    INDArray toInput = back.get(input.shape());
    if (needsErrors) {
      inputErrors = products.toMaps(errors, weights(), inputErrors);
      HeapArrays.put(inputErrors, toInput);
    }
    return new Pair<>(gradient, backpropDropOutIfPresent(toInput));
  }

  private HeapActivation function() {
    return HeapActivation.of(layerConf().getActivationFn());
  }

  private FloatPointer weights() {
    return HeapArrays.memory(getParam(DeconvolutionParamInitializer.WEIGHT_KEY));
  }

  private long[] imageShape(Patches patches) {
    return new long[] {input.size(0), patches.channels(), patches.height(), patches.width()};
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
