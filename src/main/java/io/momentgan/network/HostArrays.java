package io.momentgan.network;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Copies of arrays on the Java heap, made in one go instead of value by value. */
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
      new FloatPointer(contiguous(array).data().addressPointer()).get(values);
      return values;
    }
    double[] values = doubles(array);
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
      new DoublePointer(contiguous(array).data().addressPointer()).get(values);
      return values;
    }
    float[] narrow = floats(array);
    for (int i = 0; i < narrow.length; i++) {
      values[i] = narrow[i];
    }
    return values;
  }

  private static INDArray contiguous(INDArray array) {
    boolean plain =
        array.rank() <= 1 ? array.stride(array.rank() - 1) == 1 : array.ordering() == 'c';
    return plain && !array.isView() ? array : array.dup('c');
  }
}
