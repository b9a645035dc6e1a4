package io.momentgan.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.Serializable;

/**
 * How gradients become updates.
 *
 * @param type the method
 * @param learningRate step size
 * @param beta1 Adam's decay of the first moment
 * @param beta2 Adam's decay of the second moment
 * @param epsilon Adam's denominator offset
 * @param momentum momentum of {@link Type#MOMENTUM}
 */
public record OptimizerConfig(
    Type type, double learningRate, double beta1, double beta2, double epsilon, double momentum)
    implements Serializable {
  /** Checks each setting by itself. */
  public OptimizerConfig {
    ConfigException.check(
        learningRate > 0, "optimizer.learning-rate", learningRate, "a positive number");
    ConfigException.check(beta1 >= 0 && beta1 < 1, "optimizer.beta1", beta1, "a decay in [0, 1)");
    ConfigException.check(beta2 >= 0 && beta2 < 1, "optimizer.beta2", beta2, "a decay in [0, 1)");
    ConfigException.check(epsilon > 0, "optimizer.epsilon", epsilon, "a positive number");
    ConfigException.check(
        momentum >= 0 && momentum < 1, "optimizer.momentum", momentum, "a share in [0, 1)");
  }

  /** The method. */
  public enum Type {
    /** Adam (Kingma and Ba, arXiv 1412.6980). */
    @JsonProperty("adam")
    ADAM,
    /** Plain stochastic gradient descent. */
    @JsonProperty("sgd")
    SGD,
    /** Gradient descent with Nesterov momentum. */
    @JsonProperty("momentum")
    MOMENTUM
  }
}
