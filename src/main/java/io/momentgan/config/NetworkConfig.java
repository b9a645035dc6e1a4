package io.momentgan.config;

import static io.momentgan.config.ConfigException.check;
import static io.momentgan.config.ConfigException.checkPositive;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.IntStream;

/**
 * A generator or discriminator.
 *
 * @param layers hidden layers, from the input on
 * @param slope slope of the leaky ReLU for negative values: max(slope * x, x)
 * @param outputLayer the last layer
 * @param output activation of the last layer
 * @param weights initialisation of the weights
 * @param weightsSd standard deviation for the normal distributions
 * @param weightsBound largest absolute value for the uniform distribution
 * @param bias initial value of the biases
 * @param biasFromData whether the last layer's biases begin where its outputs are the mean of the
 *     training images instead
 * @param batchNorm conventions of batch normalisation, where layers have it
 * @param samplingDropout whether dropout stays on when the network is sampled (ganhacks 17); else a
 *     latent vector always gives the same image
 * @param spectralNorm whether weight matrices are divided by their largest singular value (Miyato
 *     et al. 2018)
 * @param freeze number of first layers that training does not change (FreezeD, Mo et al. 2020), for
 *     networks that start from another run's
 * @param optimizer how gradients become updates
 */
public record NetworkConfig(
    List<LayerConfig> layers,
    double slope,
    OutputLayer outputLayer,
    Output output,
    Weights weights,
    double weightsSd,
    double weightsBound,
    double bias,
    boolean biasFromData,
    BatchNorm batchNorm,
    boolean samplingDropout,
    boolean spectralNorm,
    int freeze,
    OptimizerConfig optimizer)
    implements Serializable {
  public NetworkConfig {
    check(layers.stream().noneMatch(Objects::isNull), "layers", "an empty element", "only layers");
    layers = List.copyOf(layers);
    check(slope >= 0 && slope < 1, "slope", slope, "a slope in [0, 1)");
    checkPositive("weights-sd", weightsSd);
    checkPositive("weights-bound", weightsBound);
    check(
        !spectralNorm || !weightNorm(layers, outputLayer),
        "spectral-norm",
        true,
        "false with weight-norm in a layer (both normalise the same weights)");
    check(
        freeze >= 0 && freeze <= layers.size(),
        "freeze",
        freeze,
        "0 (none) to %d, the number of its layers".formatted(layers.size()));
    check(
        layers.stream().noneMatch(LayerConfig::batchNorm)
            || layers.stream().noneMatch(LayerConfig::virtualBatchNorm),
        "layers",
        "batch-norm and virtual-batch-norm in one network",
        "one of them (with batch-norm, images depend on their batch)");
  }

  /** Number of the last hidden layer beside noise and dropout, from 1; 0 without any. */
  public int lastFeatures() {
    for (int i = layers.size(); i > 0; i--) {
      LayerConfig layer = layers.get(i - 1);
      if (!(layer instanceof LayerConfig.Noise) && !(layer instanceof LayerConfig.Dropout)) {
        return i;
      }
    }
    return 0;
  }

  /** Returns whether a layer compares the images of a batch. */
  public boolean comparesBatch() {
    return layers.stream().anyMatch(LayerConfig.Minibatch.class::isInstance);
  }

  /** Returns whether some layer's weights are normalised by weight-norm. */
  public boolean weightNorm() {
    return weightNorm(layers, outputLayer);
  }

  private static boolean weightNorm(List<LayerConfig> layers, OutputLayer last) {
    return last.weightNorm() != LayerConfig.WeightNorm.NONE
        || layers.stream().anyMatch(layer -> layer.weightNorm() != LayerConfig.WeightNorm.NONE);
  }

  /** Refuses reference batches where a network has none. */
  static void checkVirtualBatch(NetworkConfig generator, NetworkConfig discriminator) {
    int virtual = discriminator.firstLayer(LayerConfig::virtualBatchNorm);
    check(
        virtual < 0,
        "discriminator.layers.%d.virtual-batch-norm".formatted(virtual),
        true,
        "false (its reference batch is of latent vectors, which only a generator gets)");
    check(
        discriminator.batchNorm().virtualBatch() == 0,
        "discriminator.batch-norm.virtual-batch",
        discriminator.batchNorm().virtualBatch(),
        "0 (only generators have virtual-batch-norm)");
    check(
        generator.batchNorm().virtualBatch() > 0
            || generator.firstLayer(LayerConfig::virtualBatchNorm) < 0,
        "generator.batch-norm.virtual-batch",
        0,
        "at least 2 latent vectors with virtual-batch-norm");
  }

  /** Returns the number of the first such layer, -1 if there is none. */
  int firstLayer(Predicate<LayerConfig> which) {
    return IntStream.range(0, layers.size())
        .filter(i -> which.test(layers.get(i)))
        .findFirst()
        .orElse(-1);
  }

  /**
   * The last layer, which gives the network's outputs.
   *
   * @param type kind of layer
   * @param kernel rows and columns of a filter, for convolutions
   * @param stride rows and columns between two positions of the filter, for convolutions
   * @param weightNorm weight normalisation
   * @param initSd standard deviation of each output before its activation over {@code
   *     train.init-images}; 0 leaves the layer as it is
   */
  public record OutputLayer(
      Type type, int kernel, int stride, LayerConfig.WeightNorm weightNorm, double initSd)
      implements Serializable {
    public OutputLayer {
      check(initSd >= 0, "init-sd", initSd, "0 (not initialised from images) or more");
      checkPositive("stride", stride);
      check(kernel >= stride, "kernel", kernel, "a number of at least the stride");
    }

    /**
     * Refuses a deviation that nothing would set.
     *
     * @param network whose last layer this is
     * @param images of train.init-images
     */
    void checkInitSd(String network, int images) {
      check(
          initSd == 1 || (images > 0 && weightNorm != LayerConfig.WeightNorm.NONE),
          network + ".output-layer.init-sd",
          initSd,
          "1 without train.init-images and this layer's weight-norm");
    }

    /** Kind of the last layer. */
    public enum Type {
      /** Every output from every input. */
      DENSE,
      /** A convolution with "same" padding. */
      CONVOLUTION,
      /** Its transpose. */
      TRANSPOSED_CONVOLUTION
    }

    /** Factor by which the layer enlarges an image's height and width. */
    public int enlargement() {
      return type == Type.TRANSPOSED_CONVOLUTION ? stride : 1;
    }

    /** Divisor by which the layer reduces an image's height and width. */
    public int reduction() {
      return type == Type.CONVOLUTION ? stride : 1;
    }
  }

  /** Activation of the last layer. */
  public enum Output {
    /** Values in (-1, 1). */
    TANH,
    /** Values in (0, 1). */
    SIGMOID,
    /** Values as they are: the logits of a discriminator. */
    IDENTITY;

    /** The value of black pixels within the activation's range; white is 1. */
    public float black() {
      return this == SIGMOID ? 0 : -1;
    }
  }

  /** Initialisation of weights. */
  public enum Weights {
    /** Uniform in ±sqrt(6 / (fan-in + fan-out)) (Glorot and Bengio 2010). */
    GLOROT_UNIFORM,
    /** Normal with mean 0 and the standard deviation of {@code weights-sd}. */
    NORMAL,
    /**
     * Normal. In convolutions values beyond two standard deviations are redrawn, as in DCGAN's
     * TensorFlow port.
     */
    TRUNCATED_NORMAL,
    /** Uniform in ±{@code weights-bound}. */
    UNIFORM
  }

  /** The statistics of batch normalisation when a generator is sampled, or a class head asked. */
  public enum Statistics {
    /** The statistics of the batch that is being sampled. */
    BATCH,
    /** The running averages gathered in training. */
    RUNNING
  }

  /**
   * Conventions of batch normalisation.
   *
   * @param epsilon summand that keeps the variance positive
   * @param decay decay of the running averages
   * @param gamma whether the scale is trained (the shift always is)
   * @param sampling the statistics used for sampling
   * @param virtualBatch latent vectors of the reference batch of virtual batch normalisation; 0 for
   *     none
   */
  public record BatchNorm(
      double epsilon, double decay, boolean gamma, Statistics sampling, int virtualBatch)
      implements Serializable {
    public BatchNorm {
      checkPositive("epsilon", epsilon);
      check(decay > 0 && decay < 1, "decay", decay, "a number between 0 and 1");
      check(
          virtualBatch == 0 || virtualBatch >= 2,
          "virtual-batch",
          virtualBatch,
          "at least 2 latent vectors (one has no variance), or 0 without virtual-batch-norm");
    }
  }
}
