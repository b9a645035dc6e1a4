package io.momentgan.quality;

import io.momentgan.kernels.loops.HostArrays;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A Gaussian Parzen window on n samples: log p(x) = log sum_i exp(-|x - x_i|^2 / (2 sigma^2)) - log
 * n - d/2 log(2 pi sigma^2), in nats (Breuleux, Bengio and Vincent 2011; Goodfellow et al. 2014).
 *
 * <p>Samples come block by block: sums of blocks merge by {@link #merge}.
 */
public final class ParzenWindow {
  /** Pixels are bytes, taken to [0, 1]. */
  private static final double LARGEST = 255;

  /** Kernels of less than e^-45 = 3e-20 of the largest are lost in its rounding. */
  private static final double NEGLIGIBLE = -45;

  private ParzenWindow() {}

  /** Returns ten widths at equal ratios from 0.1 to 1, numpy's logspace(-1, 0, 10). */
  public static double[] sigmas() {
    return IntStream.range(0, 10).mapToDouble(i -> Math.pow(10, -1 + i / 9.0)).toArray();
  }

  /**
   * Takes the logarithms of sums of kernels.
   *
   * @param images bytes [n, dimension], at which densities are asked for
   * @param samples bytes [m, dimension] that carry the kernels
   * @param dimension values of an image
   * @param sigmas widths of the kernels, for pixels in [0, 1]
   * @return [n] for each width
   */
  public static double[][] logSums(byte[] images, byte[] samples, int dimension, double[] sigmas) {
    double[] squared = squaredDistances(images, samples, dimension);
    int columns = samples.length / dimension;
    double[][] sums = new double[sigmas.length][images.length / dimension];
    for (int row = 0; row < images.length / dimension; row++) {
      int from = row * columns;
      double nearest = Arrays.stream(squared, from, from + columns).min().orElseThrow();
      for (int k = 0; k < sigmas.length; k++) {
        double factor = -0.5 / (sigmas[k] * sigmas[k]);
        double sum = 0;
        for (int i = from; i < from + columns; i++) {
          double exponent = factor * (squared[i] - nearest);
          sum += exponent > NEGLIGIBLE ? Math.exp(exponent) : 0;
        }
        sums[k][row] = factor * nearest + Math.log(sum);
      }
    }
    return sums;
  }

  // Whole numbers up to 255 have exact products and sums in doubles: no cancellation in
  // |x|^2 - 2 x.y + |y|^2, and the same bits whatever order a matrix product sums in.
  private static double[] squaredDistances(byte[] images, byte[] samples, int dimension) {
    double[] a = numbers(images);
    double[] b = numbers(samples);
    INDArray left = HostArrays.toArray(DataType.DOUBLE, a, a.length / dimension, dimension);
    INDArray right = HostArrays.toArray(DataType.DOUBLE, b, b.length / dimension, dimension);
    // ND4J stores products column by column, so the transpose is stored row by row.
    double[] values = HostArrays.doubles(right.mmul(left.transpose()).transpose());
    Nd4j.getMemoryManager().invokeGcOccasionally();
    double[] squaresA = squares(a, dimension);
    double[] squaresB = squares(b, dimension);
    for (int i = 0; i < squaresA.length; i++) {
      int row = i * squaresB.length;
      for (int j = 0; j < squaresB.length; j++) {
        double whole = squaresA[i] + squaresB[j] - 2 * values[row + j];
        values[row + j] = whole / (LARGEST * LARGEST);
      }
    }
    return values;
  }

  private static double[] numbers(byte[] bytes) {
    double[] numbers = new double[bytes.length];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = bytes[i] & 0xFF;
    }
    return numbers;
  }

  private static double[] squares(double[] rows, int dimension) {
    double[] squares = new double[rows.length / dimension];
    for (int i = 0; i < rows.length; i++) {
      squares[i / dimension] += rows[i] * rows[i];
    }
    return squares;
  }

  /** Merges the logarithms of two sums into that of both, position by position. */
  public static double[] merge(double[] logs, double[] others) {
    double[] merged = new double[logs.length];
    for (int i = 0; i < merged.length; i++) {
      double larger = Math.max(logs[i], others[i]);
      merged[i] = larger + Math.log1p(Math.exp(Math.min(logs[i], others[i]) - larger));
    }
    return merged;
  }

  /**
   * Turns the logarithms of sums over all samples into those of densities.
   *
   * @param logSums of each image
   * @param samples number of samples
   * @param dimension values of an image
   * @param sigma width of the kernels
   * @return log p of each image, in nats
   */
  public static double[] logDensities(double[] logSums, int samples, int dimension, double sigma) {
    double norm = Math.log(samples) + 0.5 * dimension * Math.log(2 * Math.PI * sigma * sigma);
    return Arrays.stream(logSums).map(sum -> sum - norm).toArray();
  }
}
