package io.momentgan.config;

import static io.momentgan.config.ConfigException.check;
import static io.momentgan.config.ConfigException.checkPositive;

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
  public OptimizerConfig {
    checkPositive("learning-rate", learningRate);
    check(beta1 >= 0 && beta1 < 1, "beta1", beta1, "a decay in [0, 1)");
    check(beta2 >= 0 && beta2 < 1, "beta2", beta2, "a decay in [0, 1)");
    checkPositive("epsilon", epsilon);
    check(momentum >= 0 && momentum < 1, "momentum", momentum, "a share in [0, 1)");
  }

  /** The method. */
  public enum Type {
    /** Adam (Kingma and Ba, arXiv 1412.6980). */
    ADAM,
    /** Plain stochastic gradient descent. */
    SGD,
    /** Gradient descent with Nesterov momentum. */
    MOMENTUM
  }
}
