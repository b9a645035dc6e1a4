package io.momentgan.kernels.loops;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Memory that a layer overwrites at each pass: a row-major FLOAT array and one on the heap. */
// For a new array at each pass, the system hands out and clears new pages.
public final class ReusedMemory {
  private static final int SIZES = 2; // batches of two sizes may take turns

  private final Deque<INDArray> arrays = new ArrayDeque<>();
  private float[] heap = new float[0];

  /** Returns an array with arbitrary values; overwrites the last one of this shape. */
  public INDArray array(long... shape) {
    for (INDArray array : arrays) {
      if (Arrays.equals(array.shape(), shape)) {
        return array;
      }
    }
    if (arrays.size() == SIZES) {
      arrays.removeLast();
    }
    arrays.addFirst(Nd4j.createUninitializedDetached(DataType.FLOAT, 'c', shape));
    return arrays.getFirst();
  }

  /** Returns an array of this length or longer, with arbitrary values; overwrites the last one. */
  public float[] heap(int length) {
    if (heap.length < length) {
      heap = new float[length];
    }
    return heap;
  }
}
