package io.momentgan.kernels.loops;

import java.lang.ref.Reference;
import java.util.Arrays;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Copies arrays between ND4J's memory and the Java heap. */
// In one go: Nd4j.createFromArray and toFloatVector take about 10 ns for each value.
public final class HostArrays {
  private HostArrays() {}

  /**
   * Copies an array to the heap in row-major order.
   *
   * @param array of type FLOAT, or DOUBLE, which is rounded
   */
  public static float[] floats(INDArray array) {
    if (array.dataType() != DataType.FLOAT) {
      return floats(doubles(array));
    }
    float[] values = new float[(int) array.length()];
    Pieces.pointer(block(array)).get(values);
    return values;
  }

  /** Rounds values to floats. */
  public static float[] floats(double[] values) {
    float[] rounded = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      rounded[i] = (float) values[i];
    }
    return rounded;
  }

  /**
   * Copies an array to the heap in row-major order.
   *
   * @param array of type FLOAT or DOUBLE
   */
  public static double[] doubles(INDArray array) {
    double[] values = new double[(int) array.length()];
    if (array.dataType() == DataType.DOUBLE) {
      INDArray block = block(array);
      try {
        new DoublePointer(block.data().addressPointer()).get(values);
      } finally {
        Reference.reachabilityFence(block); // a pointer alone does not keep ND4J's memory
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
   * Makes a FLOAT array.
   *
   * @param values in row-major order
   * @param shape of the array
   */
  public static INDArray toArray(float[] values, long... shape) {
    INDArray array = Nd4j.createUninitialized(DataType.FLOAT, shape, 'c');
    requireSameLength(values, array);
    Pieces.pointer(array).put(values);
    return array;
  }

  /**
   * Makes an array.
   *
   * @param type FLOAT or DOUBLE
   * @param values in row-major order
   * @param shape of the array
   */
  public static INDArray toArray(DataType type, double[] values, long... shape) {
    if (type == DataType.FLOAT) {
      return toArray(floats(values), shape);
    }
    return Nd4j.createFromArray(values).castTo(type).reshape('c', shape);
  }

  /**
   * Overwrites an array.
   *
   * @param values in row-major order
   * @param into of type FLOAT or DOUBLE
   */
  public static void copy(float[] values, INDArray into) {
    requireSameLength(values, into);
    if (into.dataType() == DataType.FLOAT && isBlock(into)) {
      Pieces.pointer(into).put(values);
    } else {
      into.assign(toArray(values, into.shape()));
    }
  }

  private static void requireSameLength(float[] values, INDArray array) {
    if (array.length() != values.length) {
      throw new IllegalArgumentException(
          "Invalid shape: found %s, expected one of %d values"
              .formatted(Arrays.toString(array.shape()), values.length));
    }
  }

  /** Returns the array itself if its values lie in one row-major block, else such a copy. */
  public static INDArray block(INDArray array) {
    return isBlock(array) ? array : array.dup('c');
  }

  private static boolean isBlock(INDArray array) {
    boolean inRows = array.ordering() == 'c' || array.isVector();
    return inRows && array.elementWiseStride() == 1;
  }

  /** Points to the values of a block, which may be a view, in row-major order. */
  public static FloatPointer memory(INDArray block) {
    if (block.ordering() != 'c' || (block.length() > 1 && block.stride(-1) != 1)) {
      throw new IllegalArgumentException("Not one row-major block: " + block.shapeInfoToString());
    }
    return Pieces.pointer(block);
  }
}
