package io.momentgan.kernels;

import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A row-major array of floats outside the heap that a layer fills anew at each pass: its memory is
 * asked for once, where a new array at each pass has the system hand out, and clear, new pages.
 */
final class Reused {
  private INDArray array;

  /** The array, with any values; what it was given out for before is lost. */
  INDArray get(long... shape) {
    if (array == null || !Arrays.equals(array.shape(), shape)) {
      array = Nd4j.createUninitializedDetached(DataType.FLOAT, 'c', shape);
    }
    return array;
  }
}
