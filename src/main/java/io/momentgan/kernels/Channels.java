package io.momentgan.kernels;

import java.util.Arrays;

/**
 * Sums and changes by channel of a batch of vectors [n, channels] or images [n, channels, height,
 * width].
 *
 * @param count n
 * @param channels number of channels
 * @param plane values of an image's channel, 1 for vectors
 */
record Channels(int count, int channels, int plane) {
  private static final int LANES = 16;

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

  /** Sum of each channel. */
  double[] sums(float[] values) {
    double[] sums = new double[channels];
    if (plane == 1) {
      for (int i = 0; i < count; i++) {
        int at = i * channels;
        for (int c = 0; c < channels; c++) {
          sums[c] += values[at + c];
        }
      }
      return sums;
    }
    float[] lanes = new float[LANES];
    for (int block = 0; block < count * channels; block++) {
      sums[block % channels] += sum(values, block * plane, lanes);
    }
    return sums;
  }

  private double sum(float[] values, int from, float[] lanes) {
    Arrays.fill(lanes, 0);
    int at = from;
    for (; at + LANES <= from + plane; at += LANES) {
      for (int lane = 0; lane < LANES; lane++) {
        lanes[lane] += values[at + lane];
      }
    }
    double sum = 0;
    for (float lane : lanes) {
      sum += lane;
    }
    for (; at < from + plane; at++) {
      sum += values[at];
    }
    return sum;
  }

  /** Sum of the products of each channel. */
  double[] products(float[] values, float[] others) {
    double[] sums = new double[channels];
    if (plane == 1) {
      for (int i = 0; i < count; i++) {
        int at = i * channels;
        for (int c = 0; c < channels; c++) {
          sums[c] += values[at + c] * others[at + c];
        }
      }
      return sums;
    }
    float[] lanes = new float[LANES];
    for (int block = 0; block < count * channels; block++) {
      sums[block % channels] += product(values, others, block * plane, lanes);
    }
    return sums;
  }

  private double product(float[] values, float[] others, int from, float[] lanes) {
    Arrays.fill(lanes, 0);
    int at = from;
    for (; at + LANES <= from + plane; at += LANES) {
      for (int lane = 0; lane < LANES; lane++) {
        lanes[lane] += values[at + lane] * others[at + lane];
      }
    }
    double sum = 0;
    for (float lane : lanes) {
      sum += lane;
    }
    for (; at < from + plane; at++) {
      sum += values[at] * others[at];
    }
    return sum;
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
    for (int from = 0; from < values.length; from += image()) {
      if (plane == 1) {
        for (int c = 0; c < channels; c++) {
          values[from + c] = values[from + c] - coarse[c] - fine[c];
        }
        continue;
      }
      for (int c = 0; c < channels; c++) {
        shift(values, from + c * plane, coarse[c], fine[c]);
      }
    }
  }

  private void shift(float[] values, int from, float coarse, float fine) {
    for (int i = from; i < from + plane; i++) {
      values[i] = values[i] - coarse - fine;
    }
  }

  /** Multiplies an image's values by a number per channel. */
  void scale(float[] values, int from, float[] factors) {
    if (plane == 1) {
      for (int c = 0; c < channels; c++) {
        values[from + c] *= factors[c];
      }
      return;
    }
    for (int c = 0; c < channels; c++) {
      scale(values, from + c * plane, factors[c]);
    }
  }

  private void scale(float[] values, int from, float factor) {
    for (int i = from; i < from + plane; i++) {
      values[i] *= factor;
    }
  }

  /** An image's values * factor + shift, per channel. */
  void scaleAndShift(float[] values, int from, float[] factors, float[] shifts, float[] into) {
    if (plane == 1) {
      for (int c = 0; c < channels; c++) {
        into[from + c] = values[from + c] * factors[c] + shifts[c];
      }
      return;
    }
    for (int c = 0; c < channels; c++) {
      scaleAndShift(values, from + c * plane, factors[c], shifts[c], into);
    }
  }

  private void scaleAndShift(float[] values, int from, float factor, float shift, float[] into) {
    for (int i = from; i < from + plane; i++) {
      into[i] = values[i] * factor + shift;
    }
  }

  /** values * factor + others * otherFactor + shift, per channel. */
  void combine(
      float[] values, float[] factors, float[] others, float[] otherFactors, float[] shifts) {
    if (plane == 1) {
      for (int i = 0; i < count; i++) {
        int at = i * channels;
        for (int c = 0; c < channels; c++) {
          values[at + c] =
              values[at + c] * factors[c] + others[at + c] * otherFactors[c] + shifts[c];
        }
      }
      return;
    }
    for (int block = 0; block < count * channels; block++) {
      float factor = factors[block % channels];
      float otherFactor = otherFactors[block % channels];
      float shift = shifts[block % channels];
      for (int i = block * plane; i < (block + 1) * plane; i++) {
        values[i] = values[i] * factor + others[i] * otherFactor + shift;
      }
    }
  }
}
