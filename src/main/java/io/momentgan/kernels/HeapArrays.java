package io.momentgan.kernels;

import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Between ND4J's memory and the heap. */
final class HeapArrays {
  private HeapArrays() {}

  /** The values of an array of floats in row-major order. */
  static float[] of(INDArray array) {
    INDArray block = array.ordering() == 'c' && !array.isView() ? array : array.dup('c');
    float[] values = new float[(int) block.length()];
    Pieces.pointer(block).get(values);
    return values;
  }

  /** Fills a new row-major array, which is not a view. */
  static INDArray put(float[] values, INDArray array) {
    Pieces.pointer(array).put(values);
    return array;
  }

  /** Where the values of a block lie that may be a view, in row-major order. */
  static FloatPointer memory(INDArray block) {
    if (block.ordering() != 'c' || (block.length() > 1 && block.stride(-1) != 1)) {
      throw new IllegalArgumentException("Not one row-major block: " + block.shapeInfoToString());
    }
    return Pieces.pointer(block);
  }
}
