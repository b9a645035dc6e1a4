package io.momentgan.kernels.loops;

import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The libraries that multiply matrices of floats in row-major order: oneDNN, which makes its loops
 * for the processor and the sizes it finds, where its library can be loaded; else the BLAS that
 * ND4J brings, which is slower by a tenth to a half with small matrices and cold caches.
 */
public enum MatrixProducts {
  /** Intel's oneDNN, for any x86-64 processor. */
  ONE_DNN {
    @Override
    public void multiply(
        Factor a, Factor b, int height, int width, int inner, float beta, FloatPointer c, int row) {
      int status =
          dnnl.dnnl_sgemm(
              a.transposed ? TRANSPOSED : PLAIN,
              b.transposed ? TRANSPOSED : PLAIN,
              height,
              width,
              inner,
              1,
              a.memory,
              a.row,
              b.memory,
              b.row,
              beta,
              c,
              row);
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
  /** What ND4J multiplies by. */
  OPEN_BLAS {
    @Override
    public void multiply(
        Factor a, Factor b, int height, int width, int inner, float beta, FloatPointer c, int row) {
      openblas.cblas_sgemm(
          openblas.CblasRowMajor,
          a.transposed ? openblas.CblasTrans : openblas.CblasNoTrans,
          b.transposed ? openblas.CblasTrans : openblas.CblasNoTrans,
          height,
          width,
          inner,
          1,
          a.memory,
          a.row,
          b.memory,
          b.row,
          beta,
          c,
          row);
    }

    @Override
    public String version() {
      return "OpenBLAS";
    }
  };

  private static final byte PLAIN = 'N';
  private static final byte TRANSPOSED = 'T';
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

  /** The library of this process. */
  public static MatrixProducts inUse() {
    return IN_USE;
  }

  /**
   * A matrix as a factor.
   *
   * @param memory where it lies
   * @param row from the beginning of a row in memory to that of the next
   * @param transposed whether what lies there is its transpose
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
   * c = a b + beta c.
   *
   * @param a [height, inner]
   * @param b [inner, width]
   * @param height rows of the product
   * @param width columns of the product
   * @param inner columns of a and rows of b
   * @param beta share of what c holds that is kept; with 0 it may hold anything
   * @param c replaced
   * @param row from the beginning of a row of c in memory to that of the next
   */
  public abstract void multiply(
      Factor a, Factor b, int height, int width, int inner, float beta, FloatPointer c, int row);

  /**
   * c = a b.
   *
   * @param a floats [n, k], in rows
   * @param b floats [k, m], in rows
   * @param c floats [n, m], in rows, replaced
   */
  public void multiply(INDArray a, INDArray b, INDArray c) {
    multiply(
        Factor.of(HostArrays.memory(a), a.stride(0)),
        Factor.of(HostArrays.memory(b), b.stride(0)),
        (int) a.size(0),
        (int) b.size(1),
        (int) a.size(1),
        0,
        HostArrays.memory(c),
        c.stride(0));
  }

  /** Name of the library, and its version where that is not ND4J's business. */
  public abstract String version();
}
