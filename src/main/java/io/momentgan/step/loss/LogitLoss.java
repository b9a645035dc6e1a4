package io.momentgan.step.loss;

import io.momentgan.config.LossConfig;
import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;

/**
 * The value of a loss on logits and its gradient, summed over the batch as Deeplearning4j expects
 * it.
 *
 * <p>Binary cross-entropy is computed from logits, {@code max(l, 0) - l t + log(1 + exp(-|l|))}
 * with gradient {@code sigmoid(l) - t}, so it neither overflows nor loses its gradient where a
 * clipped probability would.
 *
 * @param mean mean of the loss over the batch
 * @param gradient derivative of the summed loss with respect to each logit
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record LogitLoss(double mean, double[] gradient) {
  /**
   * The discriminator's loss of one side.
   *
   * @param logits of the side's images
   * @param targets see {@link Targets}; of a relativistic loss the logits of the other side, which
   *     has the {@link #opposite} of the real side's loss
   * @param type kind of loss
   */
  public static LogitLoss discriminator(double[] logits, double[] targets, LossConfig.Type type) {
    return switch (type) {
      case CROSS_ENTROPY -> crossEntropy(logits, targets);
      case LEAST_SQUARES -> leastSquares(logits, targets);
      case HINGE ->
          of(logits, targets, (l, t) -> Math.max(0, 1 - t * l), (l, t) -> 1 - t * l > 0 ? -t : 0);
      case WASSERSTEIN -> wasserstein(logits, targets);
      case RELATIVISTIC -> relativistic(logits, targets);
    };
  }

  /**
   * The generator's loss for the discriminator's logits of generated images. Non-saturating
   * cross-entropy has the target 1; minimax is minus the cross-entropy with the target 0.
   *
   * @param logits of generated images
   * @param real of the real images that they are paired with by a relativistic loss
   * @param config the losses
   */
  public static LogitLoss generator(double[] logits, double[] real, LossConfig config) {
    double[] ones = new double[logits.length];
    Arrays.fill(ones, 1);
    return switch (config.type()) {
      case CROSS_ENTROPY ->
          config.generator() == LossConfig.Generator.MINIMAX
              ? crossEntropy(logits, new double[logits.length]).times(-1)
              : crossEntropy(logits, ones);
      case LEAST_SQUARES -> leastSquares(logits, ones);
      case HINGE, WASSERSTEIN -> wasserstein(logits, ones);
      case RELATIVISTIC -> relativistic(logits, real);
    };
  }

  public static LogitLoss crossEntropy(double[] logits, double[] targets) {
    return of(
        logits,
        targets,
        (l, t) -> Math.max(l, 0) - l * t + Math.log1p(Math.exp(-Math.abs(l))),
        (l, t) -> sigmoid(l) - t);
  }

  private static LogitLoss leastSquares(double[] logits, double[] targets) {
    return of(logits, targets, (l, t) -> (l - t) * (l - t) / 2, (l, t) -> l - t);
  }

  private static LogitLoss wasserstein(double[] logits, double[] signs) {
    return of(logits, signs, (l, t) -> -t * l, (l, t) -> -t);
  }

  /** The mean of log(1 + exp(other - l)): small where each logit is above its partner's. */
  private static LogitLoss relativistic(double[] logits, double[] others) {
    return of(
        logits,
        others,
        (l, other) -> Math.max(other - l, 0) + Math.log1p(Math.exp(-Math.abs(other - l))),
        (l, other) -> -sigmoid(other - l));
  }

  private static LogitLoss of(
      double[] logits,
      double[] targets,
      DoubleBinaryOperator value,
      DoubleBinaryOperator derivative) {
    double sum = 0;
    double[] gradient = new double[logits.length];
    for (int i = 0; i < logits.length; i++) {
      sum += value.applyAsDouble(logits[i], targets[i]);
      gradient[i] = derivative.applyAsDouble(logits[i], targets[i]);
    }
    return new LogitLoss(sum / logits.length, gradient);
  }

  /** Mean of the probabilities that belong to logits. */
  public static double meanProbability(double[] logits) {
    return Arrays.stream(logits).reduce(0, (sum, l) -> sum + sigmoid(l)) / logits.length;
  }

  /** The loss times a weight. */
  public LogitLoss times(double weight) {
    return weight == 1
        ? this
        : new LogitLoss(weight * mean, Arrays.stream(gradient).map(g -> weight * g).toArray());
  }

  /**
   * The other half of a loss of differences, whose value is in this half: its gradient with respect
   * to the other logits.
   */
  public LogitLoss opposite() {
    return new LogitLoss(0, times(-1).gradient);
  }

  private static double sigmoid(double l) {
    return 1 / (1 + Math.exp(-l));
  }
}
