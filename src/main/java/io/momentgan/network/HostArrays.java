package io.momentgan.network;

import io.momentgan.kernels.loops.AffineRows;
import io.momentgan.kernels.loops.Vectors;
import java.lang.ref.Reference;
import java.util.Arrays;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Copies between ND4J's memory and the Java heap, made in one go: {@code Nd4j.createFromArray} and
 * {@code toFloatVector} go value by value, at about 10 ns each.
 */
public final class HostArrays {
  private HostArrays() {}

  /**
   * The values of an array in row order.
   *
   * @param array of type FLOAT or DOUBLE
   * @return a copy; doubles are rounded
   */
  public static float[] floats(INDArray array) {
    if (array.dataType() == DataType.FLOAT) {
      float[] values = new float[(int) array.length()];
      INDArray block = contiguous(array);
      try {
        new FloatPointer(block.data().addressPointer()).get(values);
      } finally {
        Reference.reachabilityFence(block); // a pointer alone does not keep ND4J's memory
      }
      return values;
    }
    return rounded(doubles(array));
  }

  private static float[] rounded(double[] values) {
    float[] rounded = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      rounded[i] = (float) values[i];
    }
    return rounded;
  }

  /**
   * The values of an array in row order.
   *
   * @param array of type FLOAT or DOUBLE
   * @return a copy
   */
  public static double[] doubles(INDArray array) {
    double[] values = new double[(int) array.length()];
    if (array.dataType() == DataType.DOUBLE) {
      INDArray block = contiguous(array);
      try {
        new DoublePointer(block.data().addressPointer()).get(values);
      } finally {
        Reference.reachabilityFence(block);
      }
      return values;
    }
    float[] narrow = floats(array);
    for (int i = 0; i < narrow.length; i++) {
      values[i] = narrow[i];
    }
    return values;
  }

  /**
   * A new FLOAT array with values from the heap.
   *
   * @param values in row order
   * @param shape of the array, its product the number of values
   * @return the array
   */
  public static INDArray toArray(float[] values, long... shape) {
    INDArray array = Nd4j.createUninitialized(DataType.FLOAT, shape, 'c');
    if (array.length() != values.length) {
      throw new IllegalArgumentException(
          "Invalid shape: %s for %d values".formatted(Arrays.toString(shape), values.length));
    }
    new FloatPointer(array.data().addressPointer()).put(values);
    return array;
  }

  /**
   * A new array with values from the heap.
   *
   * @param type FLOAT or DOUBLE
   * @param values in row order
   * @param shape of the array, its product the number of values
   * @return the array
   */
  public static INDArray toArray(DataType type, double[] values, long... shape) {
    if (type == DataType.FLOAT) {
      return toArray(rounded(values), shape);
    }
    return Nd4j.createFromArray(values).castTo(type).reshape('c', shape);
  }

  /**
   * Copies values into an array.
   *
   * @param values in row order
   * @param into of type FLOAT or DOUBLE, of as many values; replaced
   */
  public static void copy(float[] values, INDArray into) {
    if (into.length() != values.length) {
      throw new IllegalArgumentException(
          "Invalid shape: %s for %d values"
              .formatted(Arrays.toString(into.shape()), values.length));
    }
    if (into.dataType() == DataType.FLOAT && isPlain(into)) {
      new FloatPointer(into.data().addressPointer()).put(values);
    } else {
      into.assign(toArray(values, into.shape()));
    }
  }

  /**
   * Adds to each value of some rows what the line of its column, {@code shift_j + factor_j * x_ij},
   * gives at the value of other rows.
   *
   * @param to rows [n, columns], added to
   * @param rows [n, columns]
   * @param factor slope of each column's line
   * @param shift value of each column's line at 0
   */
  public static void addLines(INDArray to, INDArray rows, double[] factor, double[] shift) {
    AffineRows.add(to, rows, factor, shift);
  }

  /**
   * The rows of two arrays one after another, in the same memory each time: new memory costs more.
   *
   * @param first rows [n, columns]
   * @param second rows [m, columns]
   * @param into an earlier result, replaced; null for a new one
   * @return rows [n + m, columns]
   */
  public static INDArray together(INDArray first, INDArray second, INDArray into) {
    long n = first.size(0);
    long all = n + second.size(0);
    INDArray rows =
        into != null && into.size(0) == all
            ? into
            : Nd4j.createUninitializedDetached(first.dataType(), 'c', all, first.size(1));
    Vectors.copy(first, rows.get(NDArrayIndex.interval(0, n)));
    Vectors.copy(second, rows.get(NDArrayIndex.interval(n, all)));
    return rows;
  }

  private static INDArray contiguous(INDArray array) {
    return isPlain(array) ? array : array.dup('c');
  }

  private static boolean isPlain(INDArray array) {
    boolean inRows =
        (array.rank() <= 1 || array.isRowVector())
            ? array.stride(array.rank() - 1) == 1
            : array.ordering() == 'c';
    return inRows && !array.isView();
  }
}
