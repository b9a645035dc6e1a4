package io.momentgan.kernels.loops;

import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Short work on vectors, without the several microseconds that an operation of ND4J's begins with.
 */
public final class Vectors {
  private Vectors() {}

  /**
   * Takes a vector away from another.
   *
   * @param from replaced
   * @param what of the same length
   */
  public static void subtract(INDArray from, INDArray what) {
    if (Pieces.fit(from, what)) {
      Pieces.replace(from, what, Vectors::subtract);
    } else {
      from.subi(what);
    }
  }

  private static void subtract(float[] values, float[] others, int length) {
    for (int i = 0; i < length; i++) {
      values[i] -= others[i];
    }
  }

  /**
   * Adds a vector to another.
   *
   * @param to replaced
   * @param what of the same length
   */
  public static void add(INDArray to, INDArray what) {
    if (Pieces.fit(to, what)) {
      Pieces.replace(to, what, Vectors::add);
    } else {
      to.addi(what);
    }
  }

  private static void add(float[] values, float[] others, int length) {
    for (int i = 0; i < length; i++) {
      values[i] += others[i];
    }
  }

  /**
   * Copies a vector.
   *
   * @param from the vector
   * @param to of the same length; replaced
   */
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
}
