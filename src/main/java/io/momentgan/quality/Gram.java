package io.momentgan.quality;

import io.momentgan.kernels.loops.HostArrays;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** All products or distances between the rows of two blocks. */
public final class Gram {
  private Gram() {}

  /**
   * Takes inner products.
   *
   * @param a rows [n, dimension]
   * @param b rows [m, dimension]
   * @param dimension values of a row
   * @return [n * m], row after row
   */
  public static float[] products(float[] a, float[] b, int dimension) {
    INDArray left = HostArrays.toArray(a, a.length / dimension, dimension);
    INDArray right = HostArrays.toArray(b, b.length / dimension, dimension);
    // ND4J stores products column by column, so the transpose is stored row by row.
    INDArray product = right.mmul(left.transpose());
    float[] values = HostArrays.floats(product.transpose());
    Nd4j.getMemoryManager().invokeGcOccasionally();
    return values;
  }

  /**
   * Takes squared Euclidean distances.
   *
   * @param a rows [n, dimension]
   * @param b rows [m, dimension]
   * @param dimension values of a row
   * @return [n * m], row after row; 0 or more
   */
  public static float[] squaredDistances(float[] a, float[] b, int dimension) {
    float[] values = products(a, b, dimension);
    float[] squaresA = squares(a, dimension);
    float[] squaresB = squares(b, dimension);
    for (int i = 0; i < squaresA.length; i++) {
      int row = i * squaresB.length;
      for (int j = 0; j < squaresB.length; j++) {
        values[row + j] = Math.max(0, squaresA[i] + squaresB[j] - 2 * values[row + j]);
      }
    }
    return values;
  }

  private static float[] squares(float[] rows, int dimension) {
    float[] squares = new float[rows.length / dimension];
    for (int i = 0; i < squares.length; i++) {
      double sum = 0;
      for (int at = i * dimension; at < (i + 1) * dimension; at++) {
        sum += (double) rows[at] * rows[at];
      }
      squares[i] = (float) sum;
    }
    return squares;
  }
}
