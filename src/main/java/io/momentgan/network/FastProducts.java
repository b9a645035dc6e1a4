package io.momentgan.network;

import io.momentgan.kernels.MatrixProducts;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What multiplies the matrices of networks that have the fast kernels. */
public final class FastProducts {
  private FastProducts() {}

  /** Name and version of the library. */
  public static String library() {
    return MatrixProducts.inUse().version();
  }

  /**
   * c = a b.
   *
   * @param a floats [n, k], row-major
   * @param b floats [k, m], row-major
   * @param c floats [n, m], row-major, replaced
   */
  public static void multiply(INDArray a, INDArray b, INDArray c) {
    MatrixProducts.inUse().multiply(a, b, c);
  }
}
