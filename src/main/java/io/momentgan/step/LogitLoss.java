package io.momentgan.step;

import io.momentgan.config.LossConfig;
import java.util.Arrays;

/**
 * The value of a loss on logits and its gradient, summed over the batch as Deeplearning4j wants it.
 *
 * <p>Binary cross-entropy is computed from logits, {@code max(l, 0) - l t + log(1 + exp(-|l|))}
 * with gradient {@code sigmoid(l) - t}, so it neither overflows nor loses its gradient where a
 * clipped probability would.
 *
 * @param mean mean of the loss over the batch
 * @param gradient derivative of the summed loss by each logit
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record LogitLoss(double mean, double[] gradient) {
  /**
   * The discriminator's loss for one side.
   *
   * @param logits of the batch
   * @param targets of each image, see {@link Targets}
   * @param type kind of loss
   */
  static LogitLoss discriminator(double[] logits, double[] targets, LossConfig.Type type) {
    return switch (type) {
      case CROSS_ENTROPY -> crossEntropy(logits, targets);
      case LEAST_SQUARES -> leastSquares(logits, targets);
      case HINGE -> hinge(logits, targets);
      case WASSERSTEIN -> difference(logits, targets);
    };
  }

  /**
   * The generator's loss for the discriminator's logits of generated images.
   *
   * @param logits of the batch
   * @param config the settings; non-saturating cross-entropy is that against 1, minimax minus that
   *     against 0
   */
  static LogitLoss generator(double[] logits, LossConfig config) {
    double[] ones = all(1, logits.length);
    return switch (config.type()) {
      case CROSS_ENTROPY ->
          config.generator() == LossConfig.Generator.MINIMAX
              ? crossEntropy(logits, all(0, logits.length)).negated()
              : crossEntropy(logits, ones);
      case LEAST_SQUARES -> leastSquares(logits, ones);
      case HINGE, WASSERSTEIN -> difference(logits, ones);
    };
  }

  /**
   * Cross-entropy.
   *
   * @param logits of the batch
   * @param targets of each image
   */
  static LogitLoss crossEntropy(double[] logits, double[] targets) {
    double sum = 0;
    double[] gradient = new double[logits.length];
    for (int i = 0; i < logits.length; i++) {
      double l = logits[i];
      sum += Math.max(l, 0) - l * targets[i] + Math.log1p(Math.exp(-Math.abs(l)));
      gradient[i] = sigmoid(l) - targets[i];
    }
    return new LogitLoss(sum / logits.length, gradient);
  }

  private static LogitLoss leastSquares(double[] logits, double[] targets) {
    double sum = 0;
    double[] gradient = new double[logits.length];
    for (int i = 0; i < logits.length; i++) {
      gradient[i] = logits[i] - targets[i];
      sum += gradient[i] * gradient[i] / 2;
    }
    return new LogitLoss(sum / logits.length, gradient);
  }

  /** max(0, 1 - t l) for t of 1 or -1. */
  private static LogitLoss hinge(double[] logits, double[] signs) {
    double sum = 0;
    double[] gradient = new double[logits.length];
    for (int i = 0; i < logits.length; i++) {
      double margin = 1 - signs[i] * logits[i];
      sum += Math.max(0, margin);
      gradient[i] = margin > 0 ? -signs[i] : 0;
    }
    return new LogitLoss(sum / logits.length, gradient);
  }

  /** -t l for t of 1 or -1. */
  private static LogitLoss difference(double[] logits, double[] signs) {
    double sum = 0;
    double[] gradient = new double[logits.length];
    for (int i = 0; i < logits.length; i++) {
      sum -= signs[i] * logits[i];
      gradient[i] = -signs[i];
    }
    return new LogitLoss(sum / logits.length, gradient);
  }

  /** Mean of the probabilities that belong to logits. */
  static double meanProbability(double[] logits) {
    double sum = 0;
    for (double l : logits) {
      sum += sigmoid(l);
    }
    return sum / logits.length;
  }

  private LogitLoss negated() {
    double[] negated = new double[gradient.length];
    for (int i = 0; i < negated.length; i++) {
      negated[i] = -gradient[i];
    }
    return new LogitLoss(-mean, negated);
  }

  private static double[] all(double value, int count) {
    double[] values = new double[count];
    Arrays.fill(values, value);
    return values;
  }

  private static double sigmoid(double l) {
    return 1 / (1 + Math.exp(-l));
  }
}
