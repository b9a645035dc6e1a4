package io.momentgan.kernels.loops;

import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Between ND4J's memory and the heap. */
public final class HeapArrays {
  private HeapArrays() {}

  /** The values of an array of floats in row-major order. */
  public static float[] of(INDArray array) {
    float[] values = new float[(int) array.length()];
    Pieces.pointer(block(array)).get(values);
    return values;
  }

  /** Rounded. */
  public static float[] floats(double[] values) {
    float[] rounded = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      rounded[i] = (float) values[i];
    }
    return rounded;
  }

  /** The array itself if its values lie in one row-major block, else a copy that does. */
  public static INDArray block(INDArray array) {
    boolean inRows = array.ordering() == 'c' || array.isVector();
    return inRows && array.elementWiseStride() == 1 ? array : array.dup('c');
  }

  /** Where the values of a block lie that may be a view, in row-major order. */
  public static FloatPointer memory(INDArray block) {
    if (block.ordering() != 'c' || (block.length() > 1 && block.stride(-1) != 1)) {
      throw new IllegalArgumentException("Not one row-major block: " + block.shapeInfoToString());
    }
    return Pieces.pointer(block);
  }
}
