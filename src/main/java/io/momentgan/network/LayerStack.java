package io.momentgan.network;

import io.momentgan.config.ConfigException;
import io.momentgan.config.LayerConfig;
import io.momentgan.config.NetworkConfig;
import io.momentgan.data.ImageShape;
import io.momentgan.kernels.HeldValues;
import io.momentgan.kernels.InstanceNorm;
import io.momentgan.kernels.LabelChannels;
import io.momentgan.kernels.PixelShuffle;
import io.momentgan.kernels.batch.MinibatchDiscrimination;
import io.momentgan.kernels.elements.VectorDropout;
import io.momentgan.kernels.elements.VectorLeakyRelu;
import io.momentgan.kernels.elements.VectorNoise;
import io.momentgan.kernels.elements.VectorSigmoid;
import io.momentgan.kernels.elements.VectorSoftplus;
import io.momentgan.kernels.elements.VectorTanh;
import io.momentgan.network.weights.SpectralNorm;
import io.momentgan.network.weights.WeightNorm;
import io.momentgan.network.weights.WeightNorm.NormedLayer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.GaussianNoise;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.ComposableInputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.learning.config.NoOp;

/** Builds the Deeplearning4j layers of a network. */
final class LayerStack {
  private final NetworkBlueprint blueprint;
  private final NetworkConfig config;
  private final WeightedLayers weighted;
  private final List<Layer> layers = new ArrayList<>();
  private final List<NormedLayer> normed = new ArrayList<>();
  private final Map<Integer, InputPreProcessor> preProcessors = new LinkedHashMap<>();
  private ImageShape shape;
  private boolean flat = true;
  private boolean vector;
  private double dropped;
  private LayerConfig.WeightNorm weightNorm;
  private final List<Integer> ends = new ArrayList<>();
  private long virtualNorms;
  private long history;

  LayerStack(NetworkBlueprint blueprint) {
    this.blueprint = blueprint;
    this.config = blueprint.config();
    this.weighted = new WeightedLayers(blueprint);
    this.shape = blueprint.input();
    this.vector = shape.height() * shape.width() == 1;
    virtualNorms = config.layers().stream().filter(LayerConfig::virtualBatchNorm).count();
    if (virtualNorms > 0) {
      push(weighted.virtualBatch(shape, blueprint.latent()));
    }
    if (blueprint.labels().isEmbedded()) {
      addEmbedding();
    }
    List<ImageShape> sizes = LayerSizes.of(config, blueprint.output());
    for (int i = 0; i < config.layers().size(); i++) {
      add(config.layers().get(i), sizes.get(i));
      ends.add(layers.size());
    }
    addOutput();
    if (blueprint.holdsValues()) {
      addHeldValues();
    }
  }

  private void addHeldValues() {
    long followed = length();
    if (config.spectralNorm()) {
      push(new HeldValues(SpectralNorm.length(layers)));
    }
    long fixed = WeightNorm.length(normed, false);
    if (fixed > 0) {
      HeldValues scales = new HeldValues(fixed);
      scales.setIUpdater(new NoOp()); // has no state
      push(scales);
    }
    long trained = WeightNorm.length(normed, true);
    if (trained > 0) {
      push(new HeldValues(trained));
    }
    if (config.optimizer().historicalAveraging() > 0) {
      // Vectors of spectral normalisation are no parameters of the loss; scales are.
      history = config.spectralNorm() ? followed : length();
      HeldValues mean = new HeldValues(history);
      mean.setIUpdater(new NoOp()); // has no state
      push(mean);
    }
  }

  private long length() {
    return layers.stream().mapToLong(layer -> layer.initializer().numParams(layer)).sum();
  }

  /** Counts the values of the mean of past parameters at the end of the vector; 0 without one. */
  int historyLength() {
    return (int) history;
  }

  /** Appends a class's vector to z, or to an image as one more channel. */
  private void addEmbedding() {
    int values = vector ? blueprint.labels().embedding() : shape.height() * shape.width();
    push(weighted.embedding(shape, blueprint.labels().classes(), values));
    shape =
        vector
            ? new ImageShape(shape.channels() + values, 1, 1)
            : new ImageShape(shape.channels() + 1, shape.height(), shape.width());
  }

  /** For each hidden layer of the settings, the number of Deeplearning4j layers up to its end. */
  List<Integer> ends() {
    return ends;
  }

  /** Returns the layers with weight normalisation. */
  List<NormedLayer> normed() {
    return normed;
  }

  void addTo(NeuralNetConfiguration.ListBuilder list) {
    int frozen = config.freeze() == 0 ? 0 : ends.get(config.freeze() - 1);
    for (Layer layer : layers.subList(0, frozen)) {
      if (layer instanceof BaseLayer withParameters) {
        withParameters.setIUpdater(new NoOp()); // has no state
      }
    }
    layers.forEach(list::layer);
    preProcessors.forEach(list::inputPreProcessor);
  }

  private void add(LayerConfig layer, ImageShape size) {
    weightNorm = layer.weightNorm();
    if (layer instanceof LayerConfig.Dense dense) {
      flatten();
      vector = true;
      ImageShape to = new ImageShape(dense.units(), 1, 1);
      addHidden(weighted.dense(conditioned(), to), to, dense, false, dense.activation());
    } else if (layer instanceof LayerConfig.Maxout maxout) {
      addMaxout(maxout);
    } else if (layer instanceof LayerConfig.Project project) {
      flatten();
      vector = false;
      ImageShape to = LayerSizes.projected(project, size);
      addHidden(
          weighted.dense(conditioned(), to),
          to,
          project,
          project.instanceNorm(),
          project.activation());
    } else if (layer instanceof LayerConfig.Convolution c) {
      unflatten();
      ImageShape to = LayerSizes.convolved(shape, c);
      FeedForwardLayer made =
          weighted.convolution(conditioned(), to, c.kernel(), c.stride(), c.padding());
      addHidden(made, to, c, c.instanceNorm(), c.activation());
    } else if (layer instanceof LayerConfig.TransposedConvolution c) {
      unflatten();
      ImageShape to = LayerSizes.enlarged(shape, c.filters(), c.stride(), size);
      FeedForwardLayer made = weighted.transposed(conditioned(), to, c.kernel(), c.stride());
      addHidden(made, to, c, c.instanceNorm(), c.activation());
    } else if (layer instanceof LayerConfig.AveragePool pool) {
      unflatten();
      pushDropout();
      push(pooling(SubsamplingLayer.PoolingType.AVG, pool.size(), pool.size()));
      shape = LayerSizes.pooled(shape, pool.size());
    } else if (layer instanceof LayerConfig.PixelShuffle shuffle) {
      unflatten();
      ImageShape to = LayerSizes.shuffled(shape, shuffle.factor());
      before(new PixelShuffle(shuffle.factor()));
      shape = to;
    } else if (layer instanceof LayerConfig.GlobalPool) {
      addGlobalPool();
    } else if (layer instanceof LayerConfig.Minibatch minibatch) {
      flatten();
      vector = true;
      int inputs = shape.features();
      push(new MinibatchDiscrimination(inputs, minibatch.kernels(), minibatch.dimensions()));
      shape = new ImageShape(inputs + minibatch.kernels(), 1, 1);
    } else if (layer instanceof LayerConfig.Noise noise && blueprint.training()) {
      pushDropout();
      // DropoutLayer is the only stock layer that applies its IDropout and nothing else.
      IDropout added =
          blueprint.fast() ? new VectorNoise(noise.sd()) : new GaussianNoise(noise.sd());
      push(new DropoutLayer.Builder(added).build());
    }
    dropped = layer.dropout() > 0 ? layer.dropout() : dropped;
  }

  private void addGlobalPool() {
    unflatten();
    pushDropout();
    push(pooling(SubsamplingLayer.PoolingType.AVG, shape.height(), shape.width()));
    before(new CnnToFeedForwardPreProcessor(1, 1, shape.channels()));
    shape = new ImageShape(shape.channels(), 1, 1);
    flat = true;
    vector = true;
  }

  private void addHidden(
      FeedForwardLayer layer,
      ImageShape to,
      LayerConfig given,
      boolean instanceNorm,
      LayerConfig.Activation function) {
    if (!given.batchNorm() && !instanceNorm && !given.virtualBatchNorm()) {
      layer.setActivationFn(activation(function));
      pushWeighted(layer, to);
      return;
    }
    layer.setActivationFn(Activation.IDENTITY.getActivationFunction());
    pushWeighted(layer, to);
    if (!vector) {
      unflatten();
    }
    if (given.batchNorm()) {
      weighted.batchNorm(to.channels(), activation(function)).forEach(this::push);
    } else if (given.virtualBatchNorm()) {
      virtualNorms--;
      push(weighted.virtualBatchNorm(to.channels(), virtualNorms == 0));
      push(activation(activation(function)));
    } else {
      push(activation(new InstanceNorm(config.batchNorm().epsilon())));
      push(activation(activation(function)));
    }
  }

  // By stock layers: the pieces of a unit are a row of an image, which max pooling reduces to one.
  private void addMaxout(LayerConfig.Maxout maxout) {
    flatten();
    vector = true;
    ImageShape affine = new ImageShape(Math.multiplyExact(maxout.units(), maxout.pieces()), 1, 1);
    FeedForwardLayer layer = weighted.dense(conditioned(), affine);
    layer.setActivationFn(Activation.IDENTITY.getActivationFunction());
    push(layer);
    before(new FeedForwardToCnnPreProcessor(maxout.units(), maxout.pieces(), 1));
    push(pooling(SubsamplingLayer.PoolingType.MAX, 1, maxout.pieces()));
    before(new CnnToFeedForwardPreProcessor(maxout.units(), 1, 1));
    shape = new ImageShape(maxout.units(), 1, 1);
  }

  private void addOutput() {
    NetworkConfig.OutputLayer last = config.outputLayer();
    ImageShape to = blueprint.output();
    FeedForwardLayer layer =
        switch (last.type()) {
          case DENSE -> {
            flatten();
            yield weighted.dense(conditioned(), to);
          }
          case CONVOLUTION -> {
            unflatten();
            LayerSizes.require(LayerSizes.shrunk(shape, to.channels(), last.stride()), to);
            yield weighted.convolution(
                conditioned(), to, last.kernel(), last.stride(), LayerConfig.Padding.SAME);
          }
          case TRANSPOSED_CONVOLUTION -> {
            unflatten();
            LayerSizes.enlarged(shape, to.channels(), last.stride(), to);
            yield weighted.transposed(conditioned(), to, last.kernel(), last.stride());
          }
        };
    layer.setActivationFn(outputActivation());
    weightNorm = last.weightNorm();
    pushWeighted(layer, to);
  }

  private void pushWeighted(FeedForwardLayer layer, ImageShape to) {
    ImageShape from = shape;
    push(layer);
    if (weightNorm != LayerConfig.WeightNorm.NONE) {
      boolean trained = weightNorm == LayerConfig.WeightNorm.TRAINED;
      normed.add(new NormedLayer(layers.size() - 1, layer.getNOut(), trained));
    }
    shape = to;
    if (!(layer instanceof DenseLayer)) {
      weighted.crop(layer, from, to).ifPresent(this::push);
    }
  }

  // Deeplearning4j applies dropout to a layer's input and takes the kept share.
  private void push(Layer layer) {
    if (dropped > 0 && blueprint.drops()) {
      layer.setIDropout(
          blueprint.fast() ? new VectorDropout(1 - dropped) : new Dropout(1 - dropped));
    }
    dropped = 0;
    layers.add(layer);
  }

  /** Adds a layer for the dropout if the next layer would not apply it. */
  private void pushDropout() {
    if (dropped > 0 && blueprint.drops()) {
      push(new DropoutLayer.Builder(1 - dropped).build());
    }
  }

  private void flatten() {
    if (!flat) {
      before(new CnnToFeedForwardPreProcessor(shape.height(), shape.width(), shape.channels()));
      flat = true;
    }
  }

  private void unflatten() {
    if (vector) {
      throw new ConfigException(
          ("layers: found a layer for images after a vector of %d values, expected an image;"
                  + " make one by a layer of type project")
              .formatted(shape.features()));
    }
    if (flat) {
      before(new FeedForwardToCnnPreProcessor(shape.height(), shape.width(), shape.channels()));
      flat = false;
    }
  }

  /** Adds a pre-processor before the next layer. */
  private void before(InputPreProcessor next) {
    preProcessors.merge(layers.size(), next, (a, b) -> new ComposableInputPreProcessor(a, b));
  }

  /** Returns the input of the next layer with weights, after adding channels for the class. */
  private ImageShape conditioned() {
    int classes = blueprint.labels().perLayer();
    if (classes == 0) {
      return shape;
    }
    before(new LabelChannels(classes));
    return flat
        ? new ImageShape(shape.features() + classes, 1, 1)
        : new ImageShape(shape.channels() + classes, shape.height(), shape.width());
  }

  private static ActivationLayer activation(IActivation function) {
    return new ActivationLayer.Builder().activation(function).build();
  }

  private static Layer pooling(SubsamplingLayer.PoolingType type, int height, int width) {
    return new SubsamplingLayer.Builder(type)
        .kernelSize(height, width)
        .stride(height, width)
        .build();
  }

  private IActivation outputActivation() {
    return activation(
        switch (config.output()) {
          case TANH -> LayerConfig.Activation.TANH;
          case SIGMOID -> LayerConfig.Activation.SIGMOID;
          case IDENTITY -> LayerConfig.Activation.IDENTITY;
        });
  }

  private IActivation activation(LayerConfig.Activation function) {
    boolean fast = blueprint.fast();
    return switch (function) {
      case LEAKY_RELU -> leakyRelu(config.slope());
      case RELU -> leakyRelu(0);
      case SOFTPLUS -> fast ? new VectorSoftplus() : new ActivationSoftPlus();
      case SIGMOID -> fast ? new VectorSigmoid() : new ActivationSigmoid();
      case TANH -> fast ? new VectorTanh() : new ActivationTanH();
      case IDENTITY -> Activation.IDENTITY.getActivationFunction();
    };
  }

  private IActivation leakyRelu(double slope) {
    return blueprint.fast() ? new VectorLeakyRelu(slope) : new ActivationLReLU(slope);
  }
}
