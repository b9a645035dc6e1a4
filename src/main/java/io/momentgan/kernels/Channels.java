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

  /** Takes a number per channel away, in double: means may be large beside what is left. */
  void shift(float[] values, double[] less) {
    for (int block = 0; block < count; block++) {
      int at = block * channels * plane;
      for (int c = 0; c < channels; c++) {
        double shift = less[c];
        for (int end = at + plane; at < end; at++) {
          values[at] = (float) (values[at] - shift);
        }
      }
    }
  }

  /** Multiplies by a number per channel. */
  void scale(float[] values, float[] factors) {
    scaleAndShift(values, factors, new float[channels]);
  }

  /** values * factor + shift, per channel. */
  void scaleAndShift(float[] values, float[] factors, float[] shifts) {
    if (plane == 1) {
      for (int i = 0; i < count; i++) {
        int at = i * channels;
        for (int c = 0; c < channels; c++) {
          values[at + c] = values[at + c] * factors[c] + shifts[c];
        }
      }
      return;
    }
    for (int block = 0; block < count * channels; block++) {
      float factor = factors[block % channels];
      float shift = shifts[block % channels];
      for (int i = block * plane; i < (block + 1) * plane; i++) {
        values[i] = values[i] * factor + shift;
      }
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
