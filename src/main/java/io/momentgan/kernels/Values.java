package io.momentgan.kernels;

import io.momentgan.kernels.loops.HeapArrays;
import io.momentgan.kernels.loops.HeapMemory;
import io.momentgan.kernels.loops.Pieces;
import io.momentgan.kernels.loops.Reused;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What layers hand on: an array of ND4J's, which matrix products want, or values on the heap, which
 * loops want. Either is made of the other when it is first asked for.
 */
public final class Values {
  private final long[] shape;
  private final Reused memory;
  private INDArray array;
  private float[] heap;
  private FloatPointer block;

  private Values(long[] shape, INDArray array, float[] heap, Reused memory) {
    this.shape = shape;
    this.array = array;
    this.heap = heap;
    this.memory = memory;
  }

  /** The values of an array of floats. */
  public static Values of(INDArray array) {
    return new Values(array.shape(), array, null, null);
  }

  /**
   * Values on the heap.
   *
   * @param heap values in row-major order, and perhaps more behind them
   * @param memory where the array is made, if it is asked for
   * @param shape of the array
   */
  static Values of(float[] heap, Reused memory, long... shape) {
    return new Values(shape, null, heap, memory);
  }

  /**
   * Values of which both forms are there.
   *
   * @param array row-major, not a view
   * @param heap the same values, and perhaps more behind them
   */
  static Values of(INDArray array, float[] heap) {
    return new Values(array.shape(), array, heap, null);
  }

  /** The values as an array. */
  public INDArray array() {
    if (array == null) {
      array = memory.get(shape);
      Pieces.pointer(array).put(heap, 0, length());
    }
    return array;
  }

  /**
   * The values on the heap in row-major order, and perhaps more behind them: not to be changed
   * while the giver needs them.
   *
   * @param memory filled where the values were not on the heap
   */
  float[] heap(HeapMemory memory) {
    if (heap == null) {
      heap = memory.get(length());
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
      block = Pieces.pointer(HeapArrays.block(array));
    }
    return block;
  }

  long[] shape() {
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
