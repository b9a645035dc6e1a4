package io.momentgan.step.loss;

import io.momentgan.config.LabelsConfig;

/**
 * The discriminator's output for a batch: for each image a logit of being real, and a loss of the
 * classes that it predicts, if it does.
 *
 * <p>A classifier has K outputs l, and of K + 1 classes the last, generated images, has the logit
 * 0: so the logit of being real is log(sum exp(l)), whose gradient is softmax(l) (Salimans et al.
 * 2016, section 5).
 *
 * @param logits of being real
 * @param classes the loss of the classes, times its weight; {@link ClassLoss#NONE} without one
 * @param shares a classifier's softmax(l) [n, K], row after row; else empty
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record Verdict(double[] logits, ClassLoss classes, double[] shares) {
  /**
   * Reads the discriminator's output.
   *
   * @param output rows [n, outputs], row after row
   * @param labels the class of each image; empty for a classifier that is not told
   * @param config what the discriminator predicts
   */
  public static Verdict of(double[] output, int[] labels, LabelsConfig config) {
    int width = config.outputs();
    int n = output.length / width;
    if (config.classifier()) {
      double[] logits = new double[n];
      double[] shares = new double[output.length];
      for (int i = 0; i < n; i++) {
        logits[i] = softmax(output, i * width, width, shares);
      }
      ClassLoss classes =
          labels.length == 0
              ? ClassLoss.NONE
              : ClassLoss.of(output, labels).times(config.classWeight());
      return new Verdict(logits, classes, shares);
    }
    if (width == 1) {
      return new Verdict(output, ClassLoss.NONE, new double[0]);
    }
    double[] logits = new double[n];
    double[] ofClasses = new double[n * (width - 1)];
    for (int i = 0; i < n; i++) {
      logits[i] = output[i * width];
      System.arraycopy(output, i * width + 1, ofClasses, i * (width - 1), width - 1);
    }
    ClassLoss classes = ClassLoss.of(ofClasses, labels).times(config.classWeight());
    return new Verdict(logits, classes, new double[0]);
  }

  /** Writes softmax(l) and returns log(sum exp(l)); neither overflows. */
  private static double softmax(double[] l, int from, int count, double[] into) {
    double max = l[from];
    for (int k = 1; k < count; k++) {
      max = Math.max(max, l[from + k]);
    }
    double sum = 0;
    for (int k = 0; k < count; k++) {
      into[from + k] = Math.exp(l[from + k] - max);
      sum += into[from + k];
    }
    for (int k = 0; k < count; k++) {
      into[from + k] /= sum;
    }
    return max + Math.log(sum);
  }

  /** The gradient with respect to the discriminator's output, in the form of the output. */
  public double[] gradient(LogitLoss adversarial) {
    return shares.length > 0 ? ofClassifier(adversarial) : besideHead(adversarial);
  }

  private double[] ofClassifier(LogitLoss adversarial) {
    int width = shares.length / logits.length;
    double[] gradient = new double[shares.length];
    for (int i = 0; i < gradient.length; i++) {
      double ofClass = classes.gradient().length == 0 ? 0 : classes.gradient()[i];
      gradient[i] = adversarial.gradient()[i / width] * shares[i] + ofClass;
    }
    return gradient;
  }

  private double[] besideHead(LogitLoss adversarial) {
    int n = logits.length;
    int heads = classes.gradient().length / n;
    double[] gradient = new double[n * (1 + heads)];
    for (int i = 0; i < n; i++) {
      gradient[i * (1 + heads)] = adversarial.gradient()[i];
      System.arraycopy(classes.gradient(), i * heads, gradient, i * (1 + heads) + 1, heads);
    }
    return gradient;
  }
}
