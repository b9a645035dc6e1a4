package io.momentgan.kernels;

import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.kernels.loops.Pieces;
import io.momentgan.kernels.loops.ReusedMemory;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An array that layers pass on: in ND4J's memory for matrix products, on the heap for loops. Each
 * form is made from the other when it is first needed.
 */
public final class Tensor {
  private final long[] shape;
  private final ReusedMemory memory;
  private INDArray array;
  private float[] heap;
  private FloatPointer block;

  private Tensor(long[] shape, INDArray array, float[] heap, ReusedMemory memory) {
    this.shape = shape;
    this.array = array;
    this.heap = heap;
    this.memory = memory;
  }

  /** Wraps a FLOAT array. */
  public static Tensor of(INDArray array) {
    return new Tensor(array.shape(), array, null, null);
  }

  /**
   * Wraps values on the heap.
   *
   * @param heap values in row-major order; more may follow
   * @param memory for the array, if it is needed
   * @param shape of the array
   */
  public static Tensor of(float[] heap, ReusedMemory memory, long... shape) {
    return new Tensor(shape, null, heap, memory);
  }

  /**
   * Wraps both forms of the same values.
   *
   * @param array row-major, not a view
   * @param heap values in row-major order; more may follow
   */
  static Tensor of(INDArray array, float[] heap) {
    return new Tensor(array.shape(), array, heap, null);
  }

  /** Returns the values as an array. */
  public INDArray array() {
    if (array == null) {
      array = memory.array(shape);
      Pieces.pointer(array).put(heap, 0, length());
    }
    return array;
  }

  /**
   * Returns the values on the heap in row-major order; more may follow. Read only while the giver
   * needs them.
   *
   * @param spare overwritten if the values are not on the heap yet
   */
  public float[] heap(ReusedMemory spare) {
    if (heap == null) {
      heap = spare.heap(length());
      block().position(0).get(heap, 0, length());
    }
    return heap;
  }

  /** Copies some of the values in row-major order. */
  void read(int from, float[] into, int length) {
    if (heap == null) {
      block().position(from).get(into, 0, length);
    } else {
      System.arraycopy(heap, from, into, 0, length);
    }
  }

  private FloatPointer block() {
    if (block == null) {
      block = Pieces.pointer(HostArrays.block(array));
    }
    return block;
  }

  /** Returns the sizes of the dimensions. */
  public long[] shape() {
    return shape;
  }

  int size(int dimension) {
    return (int) shape[dimension];
  }

  int length() {
    int length = 1;
    for (long size : shape) {
      length *= (int) size;
    }
    return length;
  }
}
