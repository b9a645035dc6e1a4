package io.momentgan.step;

import io.momentgan.config.LossConfig;

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
   * Cross-entropy against one target for all.
   *
   * @param logits of the batch
   * @param target in [0, 1]
   */
  static LogitLoss crossEntropy(double[] logits, double target) {
    double sum = 0;
    double[] gradient = new double[logits.length];
    for (int i = 0; i < logits.length; i++) {
      double l = logits[i];
      sum += Math.max(l, 0) - l * target + Math.log1p(Math.exp(-Math.abs(l)));
      gradient[i] = sigmoid(l) - target;
    }
    return new LogitLoss(sum / logits.length, gradient);
  }

  /**
   * The generator's loss for the discriminator's logits of generated images.
   *
   * @param logits of the batch
   * @param form non-saturating: cross-entropy against 1; minimax: minus cross-entropy against 0
   */
  static LogitLoss generator(double[] logits, LossConfig.Generator form) {
    return switch (form) {
      case NON_SATURATING -> crossEntropy(logits, 1);
      case MINIMAX -> crossEntropy(logits, 0).negated();
    };
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

  private static double sigmoid(double l) {
    return 1 / (1 + Math.exp(-l));
  }
}
