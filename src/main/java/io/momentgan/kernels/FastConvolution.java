package io.momentgan.kernels;

import io.momentgan.kernels.loops.Channels;
import io.momentgan.kernels.loops.ConvolutionPasses;
import io.momentgan.kernels.loops.HeapActivation;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.kernels.loops.Patches;
import io.momentgan.kernels.loops.Pieces;
import io.momentgan.kernels.loops.ReusedMemory;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.params.ConvolutionParamInitializer;
import org.nd4j.linalg.api.buffer.DataType;

/** Runs a {@link StridedConvolution}, or a {@link TransposedConvolution} from maps to images. */
final class FastConvolution extends FastLayer<ConvolutionLayer> {
  private static final long serialVersionUID = 1L;

  private final boolean transposed;
  private final transient ReusedMemory inputMemory = new ReusedMemory();
  private final transient ReusedMemory outputMemory = new ReusedMemory();
  private final transient ReusedMemory errorMemory = new ReusedMemory();
  private final transient ReusedMemory inputErrorMemory = new ReusedMemory();
  private transient ConvolutionPasses passes;
  private transient Tensor inputs;
  private transient Channels outputs;
  private transient float[] results;
  private transient HeapActivation function;

  FastConvolution(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
    transposed = conf.getLayer() instanceof TransposedConvolution;
  }

  @Override
  public Tensor forward(Tensor input) {
    inputs = input;
    int filters = (int) layerConf().getNOut();
    int n = input.size(0);
    int maps = transposed ? input.size(1) : filters;
    Patches patches = patches(filters);
    long[] shape =
        transposed
            ? new long[] {n, filters, patches.height(), patches.width()}
            : new long[] {n, filters, patches.mapHeight(), patches.mapWidth()};
    passes = ConvolutionPasses.of(passes, patches, maps);
    function = HeapActivation.of(layerConf().getActivationFn());
    outputs = Channels.of(shape);
    results = outputMemory.heap(outputs.length());
    run(!transposed, input.heap(inputMemory), results);
    float[] bias = HostArrays.floats(getParam(ConvolutionParamInitializer.BIAS_KEY));
    outputs.addAndActivate(results, bias, function);
    return Tensor.of(results, outputMemory, shape);
  }

  private Patches patches(int filters) {
    int kernel = layerConf().getKernelSize()[0];
    int stride = layerConf().getStride()[0];
    return layerConf() instanceof TransposedConvolution settings
        ? new Patches(filters, settings.height(), settings.width(), kernel, stride)
        : new Patches(inputs.size(1), inputs.size(2), inputs.size(3), kernel, stride);
  }

  @Override
  public Tensor backward(Tensor epsilon) {
    float[] errors = epsilon.heap(errorMemory);
    function.backprop(errors, results, 0, outputs.length());
    if (needsGradients()) {
      computeGradients(errors);
    }
    float[] inputErrors = inputErrorMemory.heap(inputs.length());
    if (needsInputErrors()) {
      run(transposed, errors, inputErrors);
    }
    return Tensor.of(inputErrors, inputErrorMemory, inputs.shape());
  }

  private void computeGradients(float[] errors) {
    float[] given = inputs.heap(inputMemory);
    FloatPointer gradient =
        HostArrays.memory(gradientViews.get(ConvolutionParamInitializer.WEIGHT_KEY));
    passes.gradient(
        transposed ? errors : given, transposed ? given : errors, outputs.count(), gradient);
    Pieces.pointer(gradientViews.get(ConvolutionParamInitializer.BIAS_KEY))
        .put(HostArrays.floats(outputs.sums(errors)));
  }

  private void run(boolean toMaps, float[] from, float[] into) {
    FloatPointer weights = HostArrays.memory(getParam(ConvolutionParamInitializer.WEIGHT_KEY));
    if (toMaps) {
      passes.toMaps(from, outputs.count(), weights, into);
    } else {
      passes.toImages(from, outputs.count(), weights, into);
    }
  }
}
