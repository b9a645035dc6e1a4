package io.momentgan.network;

import io.momentgan.kernels.loops.MatrixProducts;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What multiplies the matrices of networks that have the fast kernels. */
public final class FastProducts {
  private FastProducts() {}

  /** Name of the library, and its version. */
  public static String library() {
    return MatrixProducts.inUse().version();
  }

  /**
   * c = a b.
   *
   * @param a floats [n, k], in rows
   * @param b floats [k, m], in rows
   * @param c floats [n, m], in rows, replaced
   */
  public static void multiply(INDArray a, INDArray b, INDArray c) {
    MatrixProducts.inUse().multiply(a, b, c);
  }
}
