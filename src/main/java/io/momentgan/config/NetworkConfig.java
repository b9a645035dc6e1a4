package io.momentgan.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;

/**
 * A generator or discriminator.
 *
 * @param layers hidden layers, from the input on
 * @param slope slope of the leaky ReLU for negative values: max(slope * x, x)
 * @param outputLayer the last layer
 * @param output activation of the last layer
 * @param weights how weights are initialised
 * @param weightsSd standard deviation for the normal distributions
 * @param bias what biases start at
 * @param batchNorm conventions of batch normalisation, where layers have it
 * @param samplingDropout whether dropout stays on when the network is sampled (ganhacks 17); else a
 *     latent vector always gives the same image
 * @param spectralNorm whether weight matrices are divided by their largest singular value (Miyato
 *     et al. 2018)
 * @param optimizer how gradients become updates
 */
public record NetworkConfig(
    List<LayerConfig> layers,
    double slope,
    OutputLayer outputLayer,
    Output output,
    Weights weights,
    double weightsSd,
    double bias,
    BatchNorm batchNorm,
    boolean samplingDropout,
    boolean spectralNorm,
    OptimizerConfig optimizer)
    implements Serializable {
  /** Checks each setting by itself. */
  public NetworkConfig {
    ConfigException.check(
        layers.stream().noneMatch(Objects::isNull), "layers", "an empty element", "only layers");
    layers = List.copyOf(layers);
    ConfigException.check(slope >= 0 && slope < 1, "slope", slope, "a slope in [0, 1)");
    ConfigException.check(weightsSd > 0, "weights-sd", weightsSd, "a positive number");
  }

  /**
   * The last layer, whose outputs are what the network is asked for.
   *
   * @param type kind of layer
   * @param kernel rows and columns of a filter, for convolutions
   * @param stride rows and columns between two places of the filter, for convolutions
   */
  public record OutputLayer(Type type, int kernel, int stride) implements Serializable {
    /** Checks each setting by itself. */
    public OutputLayer {
      ConfigException.check(stride > 0, "output-layer.stride", stride, "a positive number");
      ConfigException.check(
          kernel >= stride, "output-layer.kernel", kernel, "a number of at least the stride");
    }

    /** Kind of the last layer. */
    public enum Type {
      /** Every output from every input. */
      @JsonProperty("dense")
      DENSE,
      /** A convolution with "same" padding. */
      @JsonProperty("convolution")
      CONVOLUTION,
      /** Its transpose. */
      @JsonProperty("transposed-convolution")
      TRANSPOSED_CONVOLUTION
    }

    /** How many times as high and wide as it enters an image leaves the layer. */
    public int enlargement() {
      return type == Type.TRANSPOSED_CONVOLUTION ? stride : 1;
    }

    /** How many times as high and wide as it leaves an image enters the layer. */
    public int reduction() {
      return type == Type.CONVOLUTION ? stride : 1;
    }
  }

  /** Activation of the last layer. */
  public enum Output {
    /** Values in (-1, 1). */
    @JsonProperty("tanh")
    TANH,
    /** Values in (0, 1). */
    @JsonProperty("sigmoid")
    SIGMOID,
    /** Values as they are: the logits of a discriminator. */
    @JsonProperty("identity")
    IDENTITY;

    /** What black pixels are scaled to, so that a generator can draw them; white is 1. */
    public float black() {
      return this == SIGMOID ? 0 : -1;
    }
  }

  /** Initialisation of weights. */
  public enum Weights {
    /** Uniform in ±sqrt(6 / (fan-in + fan-out)) (Glorot and Bengio 2010). */
    @JsonProperty("glorot-uniform")
    GLOROT_UNIFORM,
    /** Normal with mean 0 and the standard deviation of {@code weights-sd}. */
    @JsonProperty("normal")
    NORMAL,
    /**
     * Convolutions normal but for values beyond two standard deviations, which are drawn again; all
     * other layers normal: DCGAN as its TensorFlow port has it.
     */
    @JsonProperty("truncated-normal")
    TRUNCATED_NORMAL
  }

  /**
   * Whose statistics batch normalisation uses when a generator is sampled, or a class head asked.
   */
  public enum Statistics {
    /** The statistics of the batch that is being sampled. */
    @JsonProperty("batch")
    BATCH,
    /** The running averages gathered in training. */
    @JsonProperty("running")
    RUNNING
  }

  /**
   * Conventions of batch normalisation.
   *
   * @param epsilon what is added to the variance
   * @param decay decay of the running averages
   * @param gamma whether the scale is trained (the shift always is)
   * @param sampling whose statistics are used for sampling
   */
  public record BatchNorm(double epsilon, double decay, boolean gamma, Statistics sampling)
      implements Serializable {
    /** Checks each setting by itself. */
    public BatchNorm {
      ConfigException.check(epsilon > 0, "batch-norm.epsilon", epsilon, "a positive number");
      ConfigException.check(
          decay > 0 && decay < 1, "batch-norm.decay", decay, "a number between 0 and 1");
    }
  }
}
