package io.momentgan.kernels.loops;

import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Short work on vectors and rows. */
// An operation of ND4J's takes several microseconds before it begins.
public final class Vectors {
  private Vectors() {}

  /** Subtracts a vector of the same length in place. */
  public static void subtract(INDArray from, INDArray term) {
    if (Pieces.fit(from, term)) {
      Pieces.replace(from, term, Vectors::subtract);
    } else {
      from.subi(term);
    }
  }

  /** Subtracts the first values in place. */
  public static void subtract(float[] values, float[] others, int length) {
    for (int i = 0; i < length; i++) {
      values[i] -= others[i];
    }
  }

  /** Adds a vector of the same length in place. */
  public static void add(INDArray to, INDArray term) {
    if (Pieces.fit(to, term)) {
      Pieces.replace(to, term, Vectors::add);
    } else {
      to.addi(term);
    }
  }

  /** Adds the first values in place. */
  public static void add(float[] values, float[] others, int length) {
    for (int i = 0; i < length; i++) {
      values[i] += others[i];
    }
  }

  /** Copies a vector to one of the same length. */
  public static void copy(INDArray from, INDArray to) {
    if (Pieces.fit(to, from)) {
      FloatPointer.memcpy(Pieces.pointer(to), Pieces.pointer(from), Float.BYTES * from.length());
    } else {
      to.assign(from);
    }
  }

  /** Makes all values 0. */
  public static void clear(INDArray vector) {
    if (Pieces.fit(vector)) {
      FloatPointer.memset(Pieces.pointer(vector), 0, Float.BYTES * vector.length());
    } else {
      vector.assign(0);
    }
  }

  /**
   * Concatenates rows.
   *
   * @param first rows [n, columns]
   * @param second rows [m, columns]
   * @param into an earlier result to overwrite, as new memory costs more; may be null
   * @return rows [n + m, columns]
   */
  public static INDArray concatenate(INDArray first, INDArray second, INDArray into) {
    long n = first.size(0);
    long all = n + second.size(0);
    INDArray rows =
        into != null && into.size(0) == all
            ? into
            : Nd4j.createUninitializedDetached(first.dataType(), 'c', all, first.size(1));
    copy(first, rows.get(NDArrayIndex.interval(0, n)));
    copy(second, rows.get(NDArrayIndex.interval(n, all)));
    return rows;
  }

  /**
   * Adds {@code shift_j + factor_j * x_ij} to each value in place.
   *
   * @param to rows [n, columns]
   * @param rows x [n, columns]
   * @param factor of each column
   * @param shift of each column
   */
  public static void addAffine(INDArray to, INDArray rows, double[] factor, double[] shift) {
    if (rows.ordering() != 'c' || !Pieces.fit(to, rows)) {
      INDArray slope = Nd4j.createFromArray(factor).castTo(rows.dataType());
      INDArray atZero = Nd4j.createFromArray(shift).castTo(rows.dataType());
      to.addi(rows.mulRowVector(slope).addiRowVector(atZero));
      return;
    }
    float[] slope = HostArrays.floats(factor);
    float[] atZero = HostArrays.floats(shift);
    float[] x = new float[factor.length];
    float[] sum = new float[factor.length];
    FloatPointer from = Pieces.pointer(rows);
    FloatPointer into = Pieces.pointer(to);
    for (long row = 0; row < rows.length(); row += factor.length) {
      from.position(row).get(x);
      into.position(row).get(sum);
      addAffine(sum, x, slope, atZero);
      into.position(row).put(sum);
    }
  }

  private static void addAffine(float[] sum, float[] x, float[] slope, float[] atZero) {
    for (int j = 0; j < sum.length; j++) {
      sum[j] += atZero[j] + slope[j] * x[j];
    }
  }
}
