package io.momentgan.kernels;

import org.bytedeco.javacpp.FloatPointer;
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
final class StridedConvolutionLayer extends ConvolutionLayer implements PartialBackward {
  private static final long serialVersionUID = 1L;

  private final transient Reused forward = new Reused();
  private final transient Reused back = new Reused();
  private transient PatchProducts products;
  private transient float[] images;
  private transient float[] results;
  private transient float[] errors;
  private transient float[] inputErrors;
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
    Patches patches = patches();
    images = HeapArrays.of(input, images);
    products = PatchProducts.of(products, patches, filters());
    results = products.toMaps(images, weights(), results);
    Channels.of(mapShape(patches))
        .addAndActivate(
            results, HeapArrays.of(getParam(ConvolutionParamInitializer.BIAS_KEY)), function());
    return HeapArrays.put(results, forward.get(mapShape(patches)));
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    Patches patches = patches();
    errors = HeapArrays.of(epsilon, errors);
    function().backprop(errors, results, 0, errors.length);
    INDArray weightGradient = gradientViews.get(ConvolutionParamInitializer.WEIGHT_KEY);
    INDArray biasGradient = gradientViews.get(ConvolutionParamInitializer.BIAS_KEY);
    if (needsGradients) {
      products.gradient(images, errors, HeapArrays.memory(weightGradient));
      Pieces.pointer(biasGradient)
          .put(HeapArrays.floats(Channels.of(mapShape(patches)).sums(errors)));
    }
    Gradient gradient = new DefaultGradient();
    gradient.setGradientFor(ConvolutionParamInitializer.BIAS_KEY, biasGradient);
    gradient.setGradientFor(ConvolutionParamInitializer.WEIGHT_KEY, weightGradient, 'c');
    weightNoiseParams.clear();
    INDArray toInput = back.get(input.shape());
    if (needsErrors) {
      inputErrors = products.toImages(errors, weights(), inputErrors);
      HeapArrays.put(inputErrors, toInput);
    }
    return new Pair<>(gradient, backpropDropOutIfPresent(toInput));
  }

  private HeapActivation function() {
    return HeapActivation.of(layerConf().getActivationFn());
  }

  private FloatPointer weights() {
    return HeapArrays.memory(getParam(ConvolutionParamInitializer.WEIGHT_KEY));
  }

  private long[] mapShape(Patches patches) {
    return new long[] {input.size(0), filters(), patches.mapHeight(), patches.mapWidth()};
  }

  private int filters() {
    return (int) layerConf().getNOut();
  }

  private Patches patches() {
    return new Patches(
        (int) input.size(1),
        (int) input.size(2),
        (int) input.size(3),
        layerConf().getKernelSize()[0],
        layerConf().getStride()[0]);
  }
}
