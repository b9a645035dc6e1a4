package io.momentgan.engine.torch;

import io.momentgan.engine.torch.TorchWeights.Divided;
import io.momentgan.engine.torch.TorchWeights.Scaled;
import io.momentgan.kernels.HeldValues;
import io.momentgan.kernels.InstanceNorm;
import io.momentgan.kernels.LabelChannels;
import io.momentgan.kernels.LabelEmbedding;
import io.momentgan.kernels.PixelShuffle;
import io.momentgan.kernels.batch.MinibatchDiscrimination;
import io.momentgan.kernels.batch.VirtualBatch;
import io.momentgan.kernels.batch.VirtualBatchNorm;
import io.momentgan.network.Network;
import io.momentgan.network.weights.HeldPart;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.GaussianNoise;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.ComposableInputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;
import org.nd4j.linalg.activations.impl.ActivationTanH;

/** Translates a network of Deeplearning4j's stock layers to operations of libtorch. */
final class TorchLayers {
  /** An operation of a training pass. */
  @FunctionalInterface
  interface Operation {
    Tensor apply(Tensor input, Pass pass);
  }

  /**
   * A parameter in the flat vector.
   *
   * @param from index of its first value
   * @param trained whether it has a gradient, unless it is frozen
   * @param shape its shape in libtorch, whose row-major order is Deeplearning4j's order
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Parameter(int from, boolean trained, long... shape) {
    /** Returns the number of values. */
    long length() {
      return LongStream.of(shape).reduce(1, (a, b) -> a * b);
    }
  }

  private final Network network;
  private final TorchMemory memory;
  private final List<Operation> operations = new ArrayList<>();
  private final List<Parameter> parameters = new ArrayList<>();
  private final BatchStatistics statistics;
  private final List<Integer> ends = new ArrayList<>();
  private final List<Divided> matrices = new ArrayList<>();
  private final List<Scaled> scaled = new ArrayList<>();
  private final Map<Integer, HeldPart> held;

  /**
   * Translates a network.
   *
   * @param network of stock layers
   * @param memory where its values go
   * @throws IllegalArgumentException for a layer that {@link TorchEngine#require} has let through
   */
  TorchLayers(Network network, TorchMemory memory) {
    this.network = network;
    this.memory = memory;
    this.statistics =
        new BatchStatistics(network.layout().statistics(), network.optimization().frozen(), memory);
    this.held =
        network.weights().held().stream().collect(Collectors.toMap(HeldPart::layer, part -> part));
    for (int i = 0; i < network.model().getnLayers(); i++) {
      add(network.model().getLayerWiseConfigurations().getInputPreProcess(i));
      add(network.model().getLayer(i));
      ends.add(operations.size());
    }
    network
        .optimization()
        .history()
        .ifPresent(mean -> next(new Parameter(mean.from(), false, mean.length())));
  }

  /** Returns the operations, from the input on. */
  List<Operation> operations() {
    return operations;
  }

  /** Counts the operations up to the end of a Deeplearning4j layer, from 1. */
  int operationsTo(int layer) {
    return ends.get(layer - 1);
  }

  /** Returns the matrices with spectral normalisation, in the order of the operations. */
  List<Divided> matrices() {
    return matrices;
  }

  /** Returns the weights with weight normalisation, in the order of the operations. */
  List<Scaled> scaled() {
    return scaled;
  }

  /** Returns the parameters, in the order of the operations. */
  List<Parameter> parameters() {
    return parameters;
  }

  /** Returns the statistics of the batch normalisations. */
  BatchStatistics statistics() {
    return statistics;
  }

  /** Adds a parameter and returns its number. */
  private int next(Layer layer, String key, long... shape) {
    return next(new Parameter(offset(layer, key), true, shape));
  }

  private int next(Parameter parameter) {
    parameters.add(parameter);
    return parameters.size() - 1;
  }

  /**
   * Adds a layer's weights.
   *
   * @param outputs dimension that counts the outputs
   */
  private TorchWeights weights(Layer layer, int outputs, long... shape) {
    HeldPart part = held.get(layer.getIndex());
    if (part == null) {
      int plain = next(layer, "W", shape);
      return leaves -> leaves[plain];
    }
    int own = next(new Parameter(part.weights(), true, shape));
    int with = next(new Parameter(part.held(), part.trained(), part.length()));
    if (!network.blueprint().config().spectralNorm()) {
      Scaled weights = new Scaled(own, with, outputs);
      scaled.add(weights);
      return weights;
    }
    Divided divided = new Divided(own, with);
    matrices.add(divided);
    return divided;
  }

  private int offset(Layer layer, String key) {
    return (int) (layer.getParam(key).offset() - network.model().params().offset());
  }

  private void add(InputPreProcessor before) {
    if (before instanceof ComposableInputPreProcessor several) {
      for (InputPreProcessor one : several.getInputPreProcessors()) {
        add(one);
      }
    } else if (before instanceof FeedForwardToCnnPreProcessor to) {
      long[] shape = {-1, to.getNumChannels(), to.getInputHeight(), to.getInputWidth()};
      operations.add((x, pass) -> x.reshape(shape));
    } else if (before instanceof CnnToFeedForwardPreProcessor) {
      operations.add((x, pass) -> pass.upright(x).reshape(x.size(0), -1));
    } else if (before instanceof LabelChannels) {
      operations.add(TorchLayers::withClasses);
    } else if (before instanceof PixelShuffle shuffle) {
      operations.add((x, pass) -> torch.pixel_shuffle(pass.upright(x), shuffle.factor()));
    } else if (before != null) {
      throw unknown(before);
    }
  }

  private static Tensor withClasses(Tensor x, Pass pass) {
    Tensor classes = pass.oneHot(x);
    if (x.dim() > 2) {
      classes =
          classes
              .reshape(classes.size(0), classes.size(1), 1, 1)
              .expand(-1, -1, x.size(2), x.size(3));
    }
    return torch.cat(new TensorVector(x, classes), 1);
  }

  private void add(Layer layer) {
    org.deeplearning4j.nn.conf.layers.Layer conf = layer.conf().getLayer();
    add(conf.getIDropout());
    if (conf instanceof DropoutLayer || conf instanceof HeldValues) {
      return; // have an activation function, which they do not apply
    }
    if (conf instanceof LabelEmbedding embedding) {
      int table = next(layer, "W", embedding.getNOut(), embedding.getNIn());
      operations.add(
          (x, pass) ->
              torch.cat(
                  new TensorVector(x, torch.linear(pass.oneHot(x), pass.leaves()[table])), 1));
    } else if (conf instanceof DenseLayer dense) {
      TorchWeights weights = weights(layer, 0, dense.getNOut(), dense.getNIn());
      int bias = next(layer, "b", dense.getNOut());
      operations.add(
          (x, pass) -> torch.linear(x, weights.of(pass.leaves()), pass.optional()[bias]));
    } else if (conf instanceof Deconvolution2D transposed) {
      addTransposed(transposed, layer);
    } else if (conf instanceof ConvolutionLayer convolution) {
      addConvolution(convolution, layer);
    } else if (conf instanceof BatchNormalization norm) {
      addNorm(norm, layer);
    } else if (conf instanceof SubsamplingLayer pool) {
      addPool(pool);
    } else if (conf instanceof Cropping2D crop) {
      int[] cut = crop.getCropping();
      operations.add(
          (x, pass) ->
              pass.upright(x)
                  .narrow(2, cut[0], x.size(2) - cut[0] - cut[1])
                  .narrow(3, cut[2], x.size(3) - cut[2] - cut[3]));
    } else if (conf instanceof MinibatchDiscrimination minibatch) {
      addMinibatch(minibatch, layer);
    } else if (conf instanceof VirtualBatch) {
      int reference = next(new Parameter(offset(layer, "W"), false, layer.getParam("W").shape()));
      operations.add((x, pass) -> torch.cat(new TensorVector(pass.leaves()[reference], x), 0));
    } else if (conf instanceof VirtualBatchNorm norm) {
      int gamma = next(layer, VirtualBatchNorm.GAMMA, norm.getNOut());
      int beta = next(layer, VirtualBatchNorm.BETA, norm.getNOut());
      operations.add(
          (x, pass) ->
              BatchOperations.normalise(x, pass.leaves()[gamma], pass.leaves()[beta], norm));
    } else if (!(conf instanceof ActivationLayer)) {
      throw unknown(conf);
    }
    if (conf instanceof ActivationLayer activation) {
      add(activation.getActivationFn());
    } else if (conf instanceof BaseLayer base && !(conf instanceof BatchNormalization)) {
      add(base.getActivationFn());
    }
  }

  private void add(IDropout dropout) {
    if (dropout instanceof Dropout kept) {
      operations.add((x, pass) -> x.mul(memory.mask(x, kept.getP())));
    } else if (dropout instanceof GaussianNoise noise) {
      operations.add((x, pass) -> x.add(memory.normal(x), new Scalar(noise.getStddev())));
    } else if (dropout != null) {
      throw unknown(dropout);
    }
  }

  private void addConvolution(ConvolutionLayer conf, Layer layer) {
    long kernel = conf.getKernelSize()[0];
    long stride = conf.getStride()[0];
    TorchWeights weights = weights(layer, 0, conf.getNOut(), conf.getNIn(), kernel, kernel);
    int bias = next(layer, "b", conf.getNOut());
    boolean same = conf.getConvolutionMode() == ConvolutionMode.Same;
    operations.add(
        (x, pass) ->
            pass.convolve(x, weights.of(pass.leaves()), pass.optional()[bias], stride, same));
  }

  /** Adds a transposed convolution whose output is its stride times as high and wide. */
  private void addTransposed(Deconvolution2D conf, Layer layer) {
    long kernel = conf.getKernelSize()[0];
    long stride = conf.getStride()[0];
    TorchWeights weights = weights(layer, 1, conf.getNIn(), conf.getNOut(), kernel, kernel);
    int bias = next(layer, "b", conf.getNOut());
    operations.add(
        (x, pass) -> pass.enlarge(x, weights.of(pass.leaves()), pass.optional()[bias], stride));
  }

  private void addNorm(BatchNormalization norm, Layer layer) {
    long channels = norm.getNOut();
    int gamma = next(layer, BatchNormalizationParamInitializer.GAMMA, channels);
    int beta = next(layer, BatchNormalizationParamInitializer.BETA, channels);
    BatchStatistics.Normalisation own =
        statistics.add(
            offset(layer, BatchNormalizationParamInitializer.GLOBAL_MEAN),
            offset(layer, BatchNormalizationParamInitializer.GLOBAL_VAR),
            norm.getDecay());
    operations.add(
        (x, pass) ->
            own.normalise(x, pass.optional()[gamma], pass.optional()[beta], norm.getEps()));
  }

  private void addMinibatch(MinibatchDiscrimination conf, Layer layer) {
    long columns = (long) conf.dimensions() * conf.kernels();
    int theta = next(layer, MinibatchDiscrimination.THETA, conf.getNIn(), columns);
    int scale = next(layer, MinibatchDiscrimination.SCALE, 1, columns);
    int bias = next(layer, MinibatchDiscrimination.BIAS, 1, conf.kernels());
    operations.add(
        (x, pass) -> {
          Tensor[] leaves = pass.leaves();
          return BatchOperations.discriminate(x, leaves[theta], leaves[scale], leaves[bias]);
        });
  }

  private void addPool(SubsamplingLayer pool) {
    long[] kernel = {pool.getKernelSize()[0], pool.getKernelSize()[1]};
    long[] stride = {pool.getStride()[0], pool.getStride()[1]};
    long[] none = {0, 0};
    long[] one = {1, 1};
    operations.add(
        switch (pool.getPoolingType()) {
          case MAX ->
              (x, pass) -> torch.max_pool2d(pass.upright(x), kernel, stride, none, one, false);
          case AVG ->
              (x, pass) ->
                  torch.avg_pool2d(
                      pass.upright(x), kernel, stride, none, false, true, new LongOptional());
          default -> throw unknown(pool);
        });
  }

  private void add(IActivation activation) {
    if (activation instanceof ActivationLReLU leaky) {
      Scalar slope = new Scalar(leaky.getAlpha());
      operations.add(
          leaky.getAlpha() == 0
              ? (x, pass) -> torch.relu(x)
              : (x, pass) -> torch.leaky_relu(x, slope));
    } else if (activation instanceof ActivationSoftPlus) {
      operations.add((x, pass) -> torch.softplus(x));
    } else if (activation instanceof ActivationTanH) {
      operations.add((x, pass) -> torch.tanh(x));
    } else if (activation instanceof ActivationSigmoid) {
      operations.add((x, pass) -> torch.sigmoid(x));
    } else if (activation instanceof InstanceNorm norm) {
      TensorOptional none = new TensorOptional();
      operations.add(
          (x, pass) ->
              torch.instance_norm(x, none, none, none, none, true, 0, norm.epsilon(), true));
    } else if (!(activation instanceof ActivationIdentity)) {
      throw unknown(activation);
    }
  }

  private static IllegalArgumentException unknown(Object what) {
    return new IllegalArgumentException(
        "Not translated to libtorch: " + what.getClass().getSimpleName());
  }
}
