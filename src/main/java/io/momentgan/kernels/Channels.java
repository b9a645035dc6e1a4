package io.momentgan.kernels;

import java.util.Arrays;

/**
 * Sums and changes by channel of a batch of vectors [n, channels] or images [n, channels, height,
 * width]. What belongs to a channel is spread over the values of an image first, so that all loops
 * over a batch are plain ones over an image, which the JVM's compiler vectorises.
 *
 * @param count n
 * @param channels number of channels
 * @param plane values of an image's channel, 1 for vectors
 */
record Channels(int count, int channels, int plane) {
  /** Images that are summed in float before the sum goes into one in double. */
  private static final int TOGETHER = 16;

  static Channels of(long... shape) {
    int plane = 1;
    for (int i = 2; i < shape.length; i++) {
      plane *= (int) shape[i];
    }
    return new Channels((int) shape[0], (int) shape[1], plane);
  }

  /** Values of each channel in the batch. */
  int perChannel() {
    return count * plane;
  }

  /** Values of an image. */
  int image() {
    return channels * plane;
  }

  /** A number per channel as one per value of an image. */
  float[] spread(float[] perChannel) {
    float[] all = new float[image()];
    for (int c = 0; c < channels; c++) {
      Arrays.fill(all, c * plane, (c + 1) * plane, perChannel[c]);
    }
    return all;
  }

  /** Sum of each channel. */
  double[] sums(float[] values) {
    double[] sums = new double[channels];
    float[] images = new float[image()];
    for (int i = 0; i < count; i++) {
      add(values, i * images.length, images);
      flush(i, images, sums);
    }
    return sums;
  }

  private static void add(float[] values, int from, float[] sums) {
    for (int j = 0; j < sums.length; j++) {
      sums[j] += values[from + j];
    }
  }

  /** Sum of the products of each channel. */
  double[] products(float[] values, float[] others) {
    double[] sums = new double[channels];
    float[] images = new float[image()];
    for (int i = 0; i < count; i++) {
      addProducts(values, others, i * images.length, images);
      flush(i, images, sums);
    }
    return sums;
  }

  private static void addProducts(float[] values, float[] others, int from, float[] sums) {
    for (int j = 0; j < sums.length; j++) {
      sums[j] += values[from + j] * others[from + j];
    }
  }

  private void flush(int image, float[] images, double[] sums) {
    if ((image + 1) % TOGETHER != 0 && image + 1 < count) {
      return;
    }
    for (int c = 0; c < channels; c++) {
      double sum = 0;
      for (int j = c * plane; j < (c + 1) * plane; j++) {
        sum += images[j];
      }
      sums[c] += sum;
    }
    Arrays.fill(images, 0);
  }

  /**
   * Takes a number per channel away. Means may be large beside what is left: what is lost by
   * rounding them to a float is taken away too.
   */
  void shift(float[] values, double[] less) {
    float[] coarse = new float[channels];
    float[] fine = new float[channels];
    for (int c = 0; c < channels; c++) {
      coarse[c] = (float) less[c];
      fine[c] = (float) (less[c] - coarse[c]);
    }
    float[] first = spread(coarse);
    float[] then = spread(fine);
    for (int from = 0; from < values.length; from += first.length) {
      subtract(values, from, first, then);
    }
  }

  private static void subtract(float[] values, int from, float[] first, float[] then) {
    for (int j = 0; j < first.length; j++) {
      values[from + j] = values[from + j] - first[j] - then[j];
    }
  }

  /** An image's values * factor + shift, by {@link #spread} factors and shifts. */
  static void scaleAndShift(
      float[] values, int from, float[] factors, float[] shifts, float[] into) {
    for (int j = 0; j < factors.length; j++) {
      into[from + j] = values[from + j] * factors[j] + shifts[j];
    }
  }

  /** values * factor + others * otherFactor + shift, per channel. */
  void combine(
      float[] values, float[] factors, float[] others, float[] otherFactors, float[] shifts) {
    float[] all = spread(factors);
    float[] allOther = spread(otherFactors);
    float[] allShifts = spread(shifts);
    for (int from = 0; from < values.length; from += all.length) {
      combine(values, others, from, all, allOther, allShifts);
    }
  }

  private static void combine(
      float[] values, float[] others, int from, float[] factors, float[] others2, float[] shifts) {
    for (int j = 0; j < factors.length; j++) {
      values[from + j] = values[from + j] * factors[j] + others[from + j] * others2[j] + shifts[j];
    }
  }

  /** Adds a number per channel. */
  void add(float[] values, float[] perChannel) {
    float[] all = spread(perChannel);
    for (int from = 0; from < values.length; from += all.length) {
      addTo(values, from, all);
    }
  }

  private static void addTo(float[] values, int from, float[] terms) {
    for (int j = 0; j < terms.length; j++) {
      values[from + j] += terms[j];
    }
  }
}
