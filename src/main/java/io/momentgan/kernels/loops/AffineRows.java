package io.momentgan.kernels.loops;

import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A function of each column's own, which is a line: {@code shift_j + factor_j * x_ij}. */
public final class AffineRows {
  private AffineRows() {}

  /**
   * Adds the lines' values at some rows to others.
   *
   * @param to rows [n, columns], added to
   * @param rows [n, columns]
   * @param factor slope of each column's line
   * @param shift value of each column's line at 0
   */
  public static void add(INDArray to, INDArray rows, double[] factor, double[] shift) {
    if (rows.ordering() != 'c' || !Pieces.fit(to, rows)) {
      INDArray slope = Nd4j.createFromArray(factor).castTo(rows.dataType());
      INDArray atZero = Nd4j.createFromArray(shift).castTo(rows.dataType());
      to.addi(rows.mulRowVector(slope).addiRowVector(atZero));
      return;
    }
    float[] slope = HeapArrays.floats(factor);
    float[] atZero = HeapArrays.floats(shift);
    float[] x = new float[factor.length];
    float[] sum = new float[factor.length];
    FloatPointer from = Pieces.pointer(rows);
    FloatPointer into = Pieces.pointer(to);
    for (long row = 0; row < rows.length(); row += factor.length) {
      from.position(row).get(x);
      into.position(row).get(sum);
      add(sum, x, slope, atZero);
      into.position(row).put(sum);
    }
  }

  private static void add(float[] sum, float[] x, float[] slope, float[] atZero) {
    for (int j = 0; j < sum.length; j++) {
      sum[j] += atZero[j] + slope[j] * x[j];
    }
  }
}
