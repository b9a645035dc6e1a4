package io.momentgan.kernels.loops;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A row-major array of floats outside the heap that a layer fills anew at each pass: its memory is
 * asked for once, where a new array at each pass has the system hand out, and clear, new pages.
 * Batches of two sizes may take turns.
 */
public final class Reused {
  private static final int SIZES = 2;

  private final Deque<INDArray> arrays = new ArrayDeque<>();

  /** The array, with any values; what it was given out for before is lost. */
  public INDArray get(long... shape) {
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
}
