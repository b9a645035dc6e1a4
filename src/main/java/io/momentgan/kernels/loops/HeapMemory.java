package io.momentgan.kernels.loops;

/** An array on the heap that a layer fills anew at each pass. */
public final class HeapMemory {
  private float[] array = new float[0];

  /** The array, with any values, of this length or longer; what it held before is lost. */
  public float[] get(int length) {
    if (array.length < length) {
      array = new float[length];
    }
    return array;
  }
}
