package io.momentgan.kernels;

import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Between ND4J's memory and the heap. */
final class HeapArrays {
  private HeapArrays() {}

  /** The values of an array of floats in row-major order. */
  static float[] of(INDArray array) {
    return of(array, null);
  }

  /**
   * The values of an array in row-major order.
   *
   * @param into filled and returned if it has the right length; may be null
   */
  static float[] of(INDArray array, float[] into) {
    float[] values = sized(into, (int) array.length());
    Pieces.pointer(block(array)).get(values);
    return values;
  }

  /** The array given if it has the right length, else a new one; with any values. */
  static float[] sized(float[] given, int length) {
    return given != null && given.length == length ? given : new float[length];
  }

  /** Rounded. */
  static float[] floats(double[] values) {
    float[] rounded = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      rounded[i] = (float) values[i];
    }
    return rounded;
  }

  /** The array itself if its values lie in one row-major block, else a copy that does. */
  static INDArray block(INDArray array) {
    boolean inRows = array.ordering() == 'c' || array.isVector();
    return inRows && array.elementWiseStride() == 1 ? array : array.dup('c');
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
