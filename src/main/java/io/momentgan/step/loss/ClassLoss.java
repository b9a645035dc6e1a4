package io.momentgan.step.loss;

import java.util.Arrays;

/**
 * Cross-entropy of a class head (Odena et al. 2017), {@code log(sum exp(l)) - l[label]}, and its
 * gradient {@code softmax(l) - onehot(label)}, summed over the batch as Deeplearning4j expects it.
 *
 * @param mean mean of the loss over the batch
 * @param gradient derivative of the summed loss with respect to each logit [n, classes]
 * @param accuracy share of the images whose class has the largest logit
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record ClassLoss(double mean, double[] gradient, double accuracy) {
  /** Without a class head. */
  public static final ClassLoss NONE = new ClassLoss(0, new double[0], 0);

  /** The loss of rows of logits [n, classes], row after row, with one label each. */
  public static ClassLoss of(double[] logits, int[] labels) {
    if (labels.length == 0 || logits.length % labels.length != 0) {
      throw new IllegalArgumentException(
          "Invalid labels: %d for %d class logits (a class head needs one per image)"
              .formatted(labels.length, logits.length));
    }
    int classes = logits.length / labels.length;
    double[] gradient = new double[logits.length];
    double sum = 0;
    int hits = 0;
    for (int i = 0; i < labels.length; i++) {
      int from = i * classes;
      int largest = largest(logits, from, classes);
      double max = logits[from + largest];
      double total = 0;
      for (int k = 0; k < classes; k++) {
        gradient[from + k] = Math.exp(logits[from + k] - max);
        total += gradient[from + k];
      }
      for (int k = 0; k < classes; k++) {
        gradient[from + k] /= total;
      }
      gradient[from + labels[i]] -= 1;
      sum += max + Math.log(total) - logits[from + labels[i]];
      hits += largest == labels[i] ? 1 : 0;
    }
    return new ClassLoss(sum / labels.length, gradient, (double) hits / labels.length);
  }

  private static int largest(double[] logits, int from, int classes) {
    int largest = 0;
    for (int k = 1; k < classes; k++) {
      largest = logits[from + k] > logits[from + largest] ? k : largest;
    }
    return largest;
  }

  public ClassLoss times(double weight) {
    double[] weighted = Arrays.stream(gradient).map(g -> weight * g).toArray();
    return new ClassLoss(weight * mean, weighted, accuracy);
  }
}
