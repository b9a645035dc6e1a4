package io.momentgan.classification;

import java.util.Arrays;

/**
 * Probabilities of the classes of some images.
 *
 * @param values [images, classes], row after row; never mutated
 * @param classes number of classes K
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record Probabilities(double[] values, int classes) {
  /**
   * Takes the softmax of each row of logits.
   *
   * @param logits [images, width], row after row
   * @param width number of outputs of a row
   * @param first number of outputs before the classes
   */
  static Probabilities softmax(float[] logits, int width, int first) {
    int classes = width - first;
    int rows = logits.length / width;
    double[] values = new double[rows * classes];
    for (int row = 0; row < rows; row++) {
      double most = Double.NEGATIVE_INFINITY;
      for (int c = 0; c < classes; c++) {
        most = Math.max(most, logits[row * width + first + c]);
      }
      double sum = 0;
      for (int c = 0; c < classes; c++) {
        double value = Math.exp(logits[row * width + first + c] - most);
        values[row * classes + c] = value;
        sum += value;
      }
      for (int c = 0; c < classes; c++) {
        values[row * classes + c] /= sum;
      }
    }
    return new Probabilities(values, classes);
  }

  /** Averages the probabilities of several networks for the same images. */
  static Probabilities mean(Probabilities... members) {
    double[] sum = members[0].values.clone();
    for (int m = 1; m < members.length; m++) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += members[m].values[i];
      }
    }
    for (int i = 0; i < sum.length; i++) {
      sum[i] /= members.length;
    }
    return new Probabilities(sum, members[0].classes);
  }

  /** Number of images. */
  public int images() {
    return values.length / classes;
  }

  /** The most probable class of an image; the first of equals. */
  public int named(int image) {
    int best = 0;
    for (int c = 1; c < classes; c++) {
      best = values[image * classes + c] > values[image * classes + best] ? c : best;
    }
    return best;
  }

  /** The probabilities of an image, one per class. */
  public double[] of(int image) {
    return Arrays.copyOfRange(values, image * classes, (image + 1) * classes);
  }
}
