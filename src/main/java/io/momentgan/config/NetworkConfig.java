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
 * @param output activation of the last layer
 * @param weights how weights are initialised; biases start at 0
 * @param weightsSd standard deviation for {@link Weights#NORMAL}
 * @param batchNorm conventions of batch normalisation, where layers have it
 * @param optimizer how gradients become updates
 */
public record NetworkConfig(
    List<LayerConfig> layers,
    double slope,
    Output output,
    Weights weights,
    double weightsSd,
    BatchNorm batchNorm,
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
    NORMAL
  }

  /** Whose statistics batch normalisation uses when a generator is sampled. */
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
