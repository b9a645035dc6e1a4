package io.momentgan.config;

import static io.momentgan.config.ConfigException.check;
import static io.momentgan.config.ConfigException.checkPositive;

import java.io.Serializable;
import java.util.List;

/**
 * How gradients become updates.
 *
 * @param type the method
 * @param learningRate step size at the first update
 * @param learningRatePoints later step sizes; linear between points, constant after the last
 * @param learningRateDecay factor of the step size per update of the network; 1 for none
 * @param learningRateFloor step size at which the decay ends
 * @param beta1 Adam's decay of the first moment
 * @param beta2 Adam's decay of the second moment
 * @param epsilon Adam's denominator offset
 * @param epsilonInside whether Adam divides by sqrt(v + epsilon) instead of sqrt(v) + epsilon, as
 *     the code of Improved GAN does
 * @param momentum share of the last update in the next, of {@link Type#MOMENTUM}
 * @param momentumPoints later momenta; linear between points, constant after the last
 * @param nesterov whether momentum looks ahead (Sutskever et al. 2013); else it is classical
 * @param historicalAveraging weight c of the term c |theta - mean of past theta|^2 of the network's
 *     loss (Salimans et al. 2016, section 3.3); 0 for none
 */
public record OptimizerConfig(
    Type type,
    double learningRate,
    List<Point> learningRatePoints,
    double learningRateDecay,
    double learningRateFloor,
    double beta1,
    double beta2,
    double epsilon,
    boolean epsilonInside,
    double momentum,
    List<Point> momentumPoints,
    boolean nesterov,
    double historicalAveraging)
    implements Serializable {
  public OptimizerConfig {
    learningRatePoints = List.copyOf(learningRatePoints);
    momentumPoints = List.copyOf(momentumPoints);
    checkPositive("learning-rate", learningRate);
    checkOrder("learning-rate-points", learningRatePoints);
    check(
        learningRatePoints.stream().allMatch(point -> point.value() >= 0),
        "learning-rate-points",
        learningRatePoints,
        "values of at least 0");
    check(
        learningRateDecay > 0 && learningRateDecay <= 1,
        "learning-rate-decay",
        learningRateDecay,
        "a factor in (0, 1]");
    check(
        learningRateDecay == 1 || learningRatePoints.isEmpty(),
        "learning-rate-decay",
        learningRateDecay,
        "1 with learning-rate-points (one of both)");
    check(
        learningRateFloor >= 0 && learningRateFloor <= learningRate,
        "learning-rate-floor",
        learningRateFloor,
        "a number from 0 to the learning rate");
    check(beta1 >= 0 && beta1 < 1, "beta1", beta1, "a decay in [0, 1)");
    check(beta2 >= 0 && beta2 < 1, "beta2", beta2, "a decay in [0, 1)");
    checkPositive("epsilon", epsilon);
    check(momentum >= 0 && momentum < 1, "momentum", momentum, "a share in [0, 1)");
    checkOrder("momentum-points", momentumPoints);
    check(
        momentumPoints.stream().allMatch(point -> point.value() >= 0 && point.value() < 1),
        "momentum-points",
        momentumPoints,
        "values in [0, 1)");
    check(
        historicalAveraging >= 0,
        "historical-averaging",
        historicalAveraging,
        "0 (none) or a weight above");
  }

  /**
   * Share of first moments (Adam's m, the velocity of momentum) that updates leave of what they
   * were, where it is largest.
   *
   * @param updates how many
   */
  public double firstMomentsKept(int updates) {
    double decay =
        switch (type) {
          case ADAM -> beta1;
          case MOMENTUM ->
              momentumPoints.stream().mapToDouble(Point::value).reduce(momentum, Math::max);
          case SGD -> 0;
        };
    return Math.pow(decay, updates);
  }

  /** The method. */
  public enum Type {
    /** Adam (Kingma and Ba, arXiv 1412.6980). */
    ADAM,
    /** Plain stochastic gradient descent. */
    SGD,
    /** Gradient descent with momentum. */
    MOMENTUM
  }

  /**
   * A value that a schedule reaches.
   *
   * @param update number of the network's updates before it, above 0
   * @param value the value there
   */
  public record Point(int update, double value) implements Serializable {
    public Point {
      checkPositive("update", update);
    }
  }

  private static void checkOrder(String key, List<Point> points) {
    for (int i = 1; i < points.size(); i++) {
      check(points.get(i - 1).update() < points.get(i).update(), key, points, "ascending updates");
    }
  }
}
