package io.momentgan.onnx;

import static io.momentgan.onnx.OnnxGraph.integer;
import static io.momentgan.onnx.OnnxGraph.integers;
import static io.momentgan.onnx.OnnxGraph.number;
import static io.momentgan.onnx.OnnxGraph.text;

import io.momentgan.config.NetworkConfig;
import io.momentgan.config.UserException;
import io.momentgan.kernels.InstanceNorm;
import io.momentgan.kernels.LabelChannels;
import io.momentgan.kernels.LabelEmbedding;
import io.momentgan.kernels.PixelShuffle;
import io.momentgan.kernels.batch.MinibatchDiscrimination;
import io.momentgan.kernels.batch.VirtualBatch;
import io.momentgan.kernels.batch.VirtualBatchNorm;
import io.momentgan.kernels.loops.HostArrays;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import onnx.Onnx.AttributeProto;
import onnx.Onnx.TensorProto;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.ComposableInputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Translates a network for inference to ONNX: a method for each kind of layer. */
final class Translation {
  /** Name of the input with the class of each row. */
  private static final String LABELS = "labels";

  private static final String WEIGHTS = "W";
  private static final String BIAS = "b";

  private final Map<Class<?>, Consumer<Object>> kinds = new HashMap<>();
  private final String name;
  private final MultiLayerNetwork network;
  private final NetworkConfig.Statistics statistics;
  private final int classes;
  private final ReferenceRows reference;
  private final OnnxGraph graph;
  private int layer;
  private String oneHot;
  private GraphRows rows;
  private Normalisation normalisation;

  /**
   * Prepares a translation.
   *
   * @param name of the network, for messages
   * @param network with stock layers, its weights those of passes
   * @param statistics of batch normalisation
   * @param classes that the network is told of; 0 for none
   */
  Translation(
      String name, MultiLayerNetwork network, NetworkConfig.Statistics statistics, int classes) {
    this.name = name;
    this.network = network;
    this.statistics = statistics;
    this.classes = classes;
    this.reference = new ReferenceRows(network, classes);
    this.graph = new OnnxGraph(name);
    addLayers();
    addPreProcessors();
    addActivations();
  }

  private void addLayers() {
    add(DenseLayer.class, this::dense);
    add(ConvolutionLayer.class, this::convolution);
    add(Deconvolution2D.class, this::transposedConvolution);
    add(Cropping2D.class, this::crop);
    add(SubsamplingLayer.class, this::pool);
    add(BatchNormalization.class, this::batchNorm);
    add(VirtualBatch.class, noChange -> {}); // what it leads to is constant
    add(VirtualBatchNorm.class, this::virtualBatchNorm);
    add(MinibatchDiscrimination.class, this::minibatch);
    add(LabelEmbedding.class, this::embedding);
    add(ActivationLayer.class, only -> translate(only.getActivationFn()));
  }

  private void addPreProcessors() {
    add(
        ComposableInputPreProcessor.class,
        c -> Arrays.asList(c.getInputPreProcessors()).forEach(this::translate));
    add(FeedForwardToCnnPreProcessor.class, this::toImages);
    add(CnnToFeedForwardPreProcessor.class, noSettings -> rows.flatten());
    add(LabelChannels.class, noSettings -> labelChannels());
    add(PixelShuffle.class, this::pixelShuffle);
  }

  private void addActivations() {
    add(ActivationIdentity.class, noChange -> {});
    add(ActivationLReLU.class, a -> rows.apply("LeakyRelu", number("alpha", a.getAlpha())));
    add(ActivationSigmoid.class, noSettings -> rows.apply("Sigmoid"));
    add(ActivationSoftPlus.class, noSettings -> rows.apply("Softplus"));
    add(ActivationTanH.class, noSettings -> rows.apply("Tanh"));
    add(InstanceNorm.class, norm -> normalisation.ofImage(norm.epsilon()));
  }

  private <T> void add(Class<T> kind, Consumer<T> translation) {
    kinds.put(kind, part -> translation.accept(kind.cast(part)));
  }

  /**
   * Translates all layers.
   *
   * @param input name of the input
   * @param row shape of one of its rows
   * @return the rows after the last layer
   * @throws UserException naming a part that has no translation
   */
  GraphRows run(String input, long... row) {
    graph.input(input, TensorProto.DataType.FLOAT, row);
    rows = new GraphRows(graph, input, row);
    normalisation = new Normalisation(graph, rows);
    if (!beginsWithImages()) {
      rows.flatten();
    }
    if (classes > 0) {
      graph.input(LABELS, TensorProto.DataType.INT64);
    }
    for (layer = 0; layer < network.getnLayers(); layer++) {
      InputPreProcessor before = network.getLayerWiseConfigurations().getInputPreProcess(layer);
      if (before != null) {
        translate(before);
      }
      Layer settings = network.getLayer(layer).conf().getLayer();
      if (settings.getIDropout() != null) {
        throw new UserException(
            "%s.sampling-dropout: found true, expected false (the same z gives the same image in an ONNX file); export a run that was trained without it"
                .formatted(name));
      }
      translate(settings);
    }
    return rows;
  }

  private boolean beginsWithImages() {
    InputPreProcessor first = network.getLayerWiseConfigurations().getInputPreProcess(0);
    return (first instanceof ComposableInputPreProcessor several
            ? several.getInputPreProcessors()[0]
            : first)
        instanceof FeedForwardToCnnPreProcessor;
  }

  private void translate(Object part) {
    Consumer<Object> translation = kinds.get(part.getClass());
    if (translation == null) {
      throw new UserException(
          "%s: found a part of kind %s at layer %d of %d, expected one that ONNX files can have; export a run without it"
              .formatted(name, part.getClass().getSimpleName(), layer + 1, network.getnLayers()));
    }
    translation.accept(part);
  }

  private void dense(DenseLayer settings) {
    rows.flatten();
    long outputs = settings.getNOut();
    String weights = graph.constant(parameter(WEIGHTS), settings.getNIn(), outputs);
    String bias = graph.constant(parameter(BIAS), outputs);
    rows.become(graph.node("Gemm", List.of(rows.name(), weights, bias)), outputs);
    translate(settings.getActivationFn());
  }

  private void convolution(ConvolutionLayer settings) {
    int[] kernel = settings.getKernelSize();
    int[] stride = settings.getStride();
    boolean same = settings.getConvolutionMode() == ConvolutionMode.Same;
    long height = positions(rows.height(), kernel[0], stride[0], same);
    long width = positions(rows.width(), kernel[1], stride[1], same);
    long above = same ? (height - 1) * stride[0] + kernel[0] - rows.height() : 0;
    long beside = same ? (width - 1) * stride[1] + kernel[1] - rows.width() : 0;
    long filters = settings.getNOut();
    String maps = filter("Conv", settings, filters, settings.getNIn(), above, beside);
    rows.become(maps, filters, height, width);
    translate(settings.getActivationFn());
  }

  private static long positions(long length, int kernel, int stride, boolean same) {
    return same ? (length + stride - 1) / stride : (length - kernel) / stride + 1;
  }

  private void transposedConvolution(Deconvolution2D settings) {
    int[] stride = settings.getStride();
    long above = (long) settings.getKernelSize()[0] - stride[0];
    long beside = (long) settings.getKernelSize()[1] - stride[1];
    long filters = settings.getNOut();
    String images = filter("ConvTranspose", settings, settings.getNIn(), filters, above, beside);
    rows.become(images, filters, rows.height() * stride[0], rows.width() * stride[1]);
    translate(settings.getActivationFn());
  }

  /**
   * Adds a convolution.
   *
   * @param first first dimension of the filters
   * @param second second dimension of the filters
   * @param above padding above and below together; an odd one has more below
   * @param beside padding at the left and right together; an odd one has more at the right
   */
  private String filter(
      String operator,
      ConvolutionLayer settings,
      long first,
      long second,
      long above,
      long beside) {
    int[] kernel = settings.getKernelSize();
    String weights = graph.constant(parameter(WEIGHTS), first, second, kernel[0], kernel[1]);
    String bias = graph.constant(parameter(BIAS), settings.getNOut());
    long top = above / 2;
    long left = beside / 2;
    return graph.node(
        operator,
        List.of(rows.name(), weights, bias),
        kernel(kernel),
        strides(settings.getStride()),
        integers("pads", top, left, above - top, beside - left));
  }

  private static AttributeProto kernel(int[] size) {
    return integers("kernel_shape", size[0], size[1]);
  }

  private static AttributeProto strides(int[] stride) {
    return integers("strides", stride[0], stride[1]);
  }

  private void crop(Cropping2D settings) {
    int[] cut = settings.getCropping(); // top, bottom, left, right
    long height = rows.height() - cut[0] - cut[1];
    long width = rows.width() - cut[2] - cut[3];
    String from = graph.integers(cut[0], cut[2]);
    String to = graph.integers(cut[0] + height, cut[2] + width);
    String axes = graph.integers(2, 3);
    rows.become(
        graph.node("Slice", List.of(rows.name(), from, to, axes)), rows.channels(), height, width);
  }

  private void pool(SubsamplingLayer settings) {
    int[] kernel = settings.getKernelSize();
    int[] stride = settings.getStride();
    String operator = settings.getPoolingType() == PoolingType.MAX ? "MaxPool" : "AveragePool";
    rows.become(
        graph.node(operator, List.of(rows.name()), kernel(kernel), strides(stride)),
        rows.channels(),
        positions(rows.height(), kernel[0], stride[0], false),
        positions(rows.width(), kernel[1], stride[1], false));
  }

  private void batchNorm(BatchNormalization settings) {
    float[] gamma = parameter(BatchNormalizationParamInitializer.GAMMA);
    float[] beta = parameter(BatchNormalizationParamInitializer.BETA);
    if (statistics == NetworkConfig.Statistics.BATCH) {
      normalisation.ofBatch(settings.getEps(), gamma, beta);
    } else {
      float[] mean = parameter(BatchNormalizationParamInitializer.GLOBAL_MEAN);
      float[] variance = parameter(BatchNormalizationParamInitializer.GLOBAL_VAR);
      normalisation.running(settings.getEps(), gamma, beta, mean, variance);
    }
  }

  private void virtualBatchNorm(VirtualBatchNorm settings) {
    normalisation.virtual(
        settings,
        parameter(VirtualBatchNorm.GAMMA),
        parameter(VirtualBatchNorm.BETA),
        reference.mean(layer),
        reference.variance(layer));
  }

  private void minibatch(MinibatchDiscrimination settings) {
    rows.flatten();
    long kernels = settings.kernels();
    long dimensions = settings.dimensions();
    String weights = graph.constant(minibatchWeights(), settings.getNIn(), dimensions * kernels);
    String products = graph.node("MatMul", List.of(rows.name(), weights));
    String shape = graph.integers(0, dimensions, kernels);
    String vectors = graph.node("Reshape", List.of(products, shape));
    String ofRow = graph.node("Unsqueeze", List.of(vectors, graph.integers(1)));
    String ofOthers = graph.node("Unsqueeze", List.of(vectors, graph.integers(0)));
    String differences = graph.node("Abs", List.of(graph.node("Sub", List.of(ofRow, ofOthers))));
    String distances = sum(differences, 2); // [n, n, kernels]
    String closeness = sum(graph.node("Exp", List.of(graph.node("Neg", List.of(distances)))), 1);
    float[] bias = parameter(MinibatchDiscrimination.BIAS);
    for (int b = 0; b < bias.length; b++) {
      bias[b] -= 1; // how close a row is to itself
    }
    String shift = graph.constant(bias, 1, kernels);
    rows.append(graph.node("Add", List.of(closeness, shift)), kernels);
  }

  private String sum(String of, long axis) {
    return graph.node("ReduceSum", List.of(of, graph.integers(axis)), integer("keepdims", 0));
  }

  private float[] minibatchWeights() {
    INDArray theta = network.getLayer(layer).getParam(MinibatchDiscrimination.THETA);
    INDArray logScale = network.getLayer(layer).getParam(MinibatchDiscrimination.SCALE);
    INDArray scale = Transforms.exp(logScale, true).divi(theta.norm2(true, 0));
    return HostArrays.floats(theta.mulRowVector(scale));
  }

  private void embedding(LabelEmbedding settings) {
    rows.flatten();
    String table = graph.constant(parameter(WEIGHTS), classes, settings.getNOut());
    rows.append(graph.node("Gather", List.of(table, LABELS)), settings.getNOut());
  }

  private void labelChannels() {
    if (oneHot == null) {
      float[] identity = new float[classes * classes];
      for (int c = 0; c < classes; c++) {
        identity[c * classes + c] = 1;
      }
      // OneHot would accept classes that do not exist.
      String table = graph.constant(identity, classes, classes);
      oneHot = graph.node("Gather", List.of(table, LABELS));
    }
    if (!rows.areImages()) {
      rows.append(oneHot, classes);
      return;
    }
    String points = graph.node("Reshape", List.of(oneHot, graph.integers(0, classes, 1, 1)));
    String size = graph.integers(1, 1, rows.height(), rows.width());
    rows.append(graph.node("Expand", List.of(points, size)), classes);
  }

  private void toImages(FeedForwardToCnnPreProcessor settings) {
    rows.reshape(settings.getNumChannels(), settings.getInputHeight(), settings.getInputWidth());
  }

  private void pixelShuffle(PixelShuffle settings) {
    int factor = settings.factor();
    AttributeProto size = integer("blocksize", factor);
    rows.become(
        graph.node("DepthToSpace", List.of(rows.name()), size, text("mode", "CRD")),
        rows.channels() / factor / factor,
        rows.height() * factor,
        rows.width() * factor);
  }

  private float[] parameter(String key) {
    return HostArrays.floats(network.getLayer(layer).getParam(key));
  }
}
