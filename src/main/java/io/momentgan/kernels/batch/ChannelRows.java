package io.momentgan.kernels.batch;

import io.momentgan.kernels.Tensor;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.kernels.loops.ReusedMemory;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Rows of a batch of vectors [n, channels] or images [n, channels, height, width] on the heap, one
 * at a time as doubles.
 */
final class ChannelRows {
  private final long[] shape;
  private final int width;
  private final float[] narrow;
  private final double[] wide;

  private ChannelRows(long[] shape, float[] narrow, double[] wide) {
    this.shape = shape;
    this.narrow = narrow;
    this.wide = wide;
    this.width = width(shape);
  }

  /**
   * Takes the rows of a tensor.
   *
   * @param type FLOAT or DOUBLE
   * @param spare holds floats that are not on the heap yet
   */
  static ChannelRows of(Tensor tensor, DataType type, ReusedMemory spare) {
    return type == DataType.FLOAT
        ? new ChannelRows(tensor.shape(), tensor.heap(spare), null)
        : new ChannelRows(tensor.shape(), null, HostArrays.doubles(tensor.array()));
  }

  /**
   * Makes rows with arbitrary values.
   *
   * @param memory holds floats
   */
  static ChannelRows of(long[] shape, DataType type, ReusedMemory memory) {
    int length = (int) shape[0] * width(shape);
    return type == DataType.FLOAT
        ? new ChannelRows(shape, memory.heap(length), null)
        : new ChannelRows(shape, null, new double[length]);
  }

  private static int width(long[] shape) {
    int width = 1;
    for (int i = 1; i < shape.length; i++) {
      width *= (int) shape[i];
    }
    return width;
  }

  int count() {
    return (int) shape[0];
  }

  int channels() {
    return (int) shape[1];
  }

  /** Values of a row's channel, 1 for vectors. */
  int plane() {
    return width / channels();
  }

  /** Makes room for a row. */
  double[] row() {
    return new double[width];
  }

  long[] shapeOf(int rows) {
    long[] other = shape.clone();
    other[0] = rows;
    return other;
  }

  void read(int row, double[] into) {
    int from = row * width;
    if (wide != null) {
      System.arraycopy(wide, from, into, 0, width);
      return;
    }
    for (int j = 0; j < into.length; j++) {
      into[j] = narrow[from + j];
    }
  }

  void write(int row, double[] values) {
    int from = row * width;
    if (wide != null) {
      System.arraycopy(values, 0, wide, from, width);
      return;
    }
    for (int j = 0; j < values.length; j++) {
      narrow[from + j] = (float) values[j];
    }
  }

  /**
   * Returns all rows as a tensor.
   *
   * @param memory for its array; overwritten by the next tensor of this shape
   */
  // ND4J does not see what is written to an array again behind its back, which GPUs would need.
  Tensor tensor(ReusedMemory memory) {
    if (narrow != null && Nd4j.getEnvironment().isCPU()) {
      return Tensor.of(narrow, memory, shape);
    }
    INDArray array =
        narrow == null
            ? HostArrays.toArray(DataType.DOUBLE, wide, shape)
            : HostArrays.toArray(Arrays.copyOf(narrow, count() * width), shape);
    return Tensor.of(array);
  }
}
