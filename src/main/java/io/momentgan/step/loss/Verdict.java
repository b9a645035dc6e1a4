package io.momentgan.step.loss;

/**
 * The discriminator's output for a batch: for each image a logit of being real, and with a class
 * head a logit of each class.
 *
 * @param logits of being real
 * @param classes the class head's loss, times its weight; {@link ClassLoss#NONE} without one
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record Verdict(double[] logits, ClassLoss classes) {
  /**
   * Reads the discriminator's output.
   *
   * @param output rows [n, 1 + classes] or [n, 1], row after row
   * @param labels the class of each image
   * @param heads number of classes of the class head; 0 without one
   * @param weight of its loss
   */
  public static Verdict of(double[] output, int[] labels, int heads, double weight) {
    if (heads == 0) {
      return new Verdict(output, ClassLoss.NONE);
    }
    int width = 1 + heads;
    double[] logits = new double[output.length / width];
    double[] ofClasses = new double[logits.length * heads];
    for (int i = 0; i < logits.length; i++) {
      logits[i] = output[i * width];
      System.arraycopy(output, i * width + 1, ofClasses, i * heads, heads);
    }
    return new Verdict(logits, ClassLoss.of(ofClasses, labels).times(weight));
  }

  /** The gradient with respect to the discriminator's output, in the form of the output. */
  public double[] gradient(LogitLoss adversarial) {
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
