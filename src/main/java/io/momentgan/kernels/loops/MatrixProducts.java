package io.momentgan.kernels.loops;

import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The libraries that multiply row-major matrices of floats: oneDNN, which generates its loops for
 * the processor and the sizes, else ND4J's BLAS.
 */
// With small matrices and cold caches, OpenBLAS is slower by a tenth to a half.
public enum MatrixProducts {
  /** Intel's oneDNN, if its library can be loaded; for any x86-64 processor. */
  ONE_DNN {
    @Override
    public void multiply(
        Factor a, Factor b, int height, int width, int inner, float beta, FloatPointer c, int row) {
      byte ofA = (byte) (a.transposed ? 'T' : 'N');
      byte ofB = (byte) (b.transposed ? 'T' : 'N');
      int status =
          dnnl.dnnl_sgemm(
              ofA, ofB, height, width, inner, 1, a.memory, a.row, b.memory, b.row, beta, c, row);
      if (status != dnnl.dnnl_success) {
        throw new IllegalStateException(
            "oneDNN cannot multiply %d x %d by %d x %d: status %d"
                .formatted(height, inner, inner, width, status));
      }
    }

    @Override
    public String version() {
      dnnl_version_t version = dnnl.dnnl_version();
      return "oneDNN %d.%d.%d".formatted(version.major(), version.minor(), version.patch());
    }
  },
  /** ND4J's own library. */
  OPEN_BLAS {
    @Override
    public void multiply(
        Factor a, Factor b, int height, int width, int inner, float beta, FloatPointer c, int row) {
      int ofA = a.transposed ? openblas.CblasTrans : openblas.CblasNoTrans;
      int ofB = b.transposed ? openblas.CblasTrans : openblas.CblasNoTrans;
      int order = openblas.CblasRowMajor;
      openblas.cblas_sgemm(
          order, ofA, ofB, height, width, inner, 1, a.memory, a.row, b.memory, b.row, beta, c, row);
    }

    @Override
    public String version() {
      return "OpenBLAS";
    }
  };

  private static final MatrixProducts IN_USE = isLoaded() ? ONE_DNN : OPEN_BLAS;

  private static boolean isLoaded() {
    try {
      Loader.load(dnnl.class);
      return true;
    } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
      System.getLogger(MatrixProducts.class.getName())
          .log(System.Logger.Level.WARNING, "OpenBLAS in place of oneDNN, slower: {0}", e);
      return false;
    }
  }

  /** Returns the library of this process. */
  public static MatrixProducts inUse() {
    return IN_USE;
  }

  /**
   * A factor of a product.
   *
   * @param memory its values
   * @param row distance between rows in memory
   * @param transposed whether the memory holds its transpose
   */
  public record Factor(FloatPointer memory, int row, boolean transposed) {
    public static Factor of(FloatPointer memory, int row) {
      return new Factor(memory, row, false);
    }

    public static Factor transposed(FloatPointer memory, int row) {
      return new Factor(memory, row, true);
    }
  }

  /**
   * Computes c = a b + beta c.
   *
   * @param a [height, inner]
   * @param b [inner, width]
   * @param height rows of the product
   * @param width columns of the product
   * @param inner columns of a and rows of b
   * @param beta with 0, c may hold anything
   * @param c overwritten
   * @param row distance between rows of c in memory
   */
  public abstract void multiply(
      Factor a, Factor b, int height, int width, int inner, float beta, FloatPointer c, int row);

  /**
   * Computes c = a b.
   *
   * @param a floats [n, k], row-major
   * @param b floats [k, m], row-major
   * @param c floats [n, m], row-major, overwritten
   */
  public void multiply(INDArray a, INDArray b, INDArray c) {
    Factor first = Factor.of(HostArrays.memory(a), a.stride(0));
    Factor second = Factor.of(HostArrays.memory(b), b.stride(0));
    int inner = (int) a.size(1);
    FloatPointer into = HostArrays.memory(c);
    multiply(first, second, (int) a.size(0), (int) b.size(1), inner, 0, into, c.stride(0));
  }

  /** Returns the library's name, with its version if ND4J does not report it. */
  public abstract String version();
}
