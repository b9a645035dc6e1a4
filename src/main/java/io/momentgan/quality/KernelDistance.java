package io.momentgan.quality;

import java.util.Arrays;

/**
 * The kernel distance: the unbiased squared maximum mean discrepancy with the kernel {@code (x.y /
 * d + 1)^3} (Binkowski et al. 2018, arXiv 1801.01401), over blocks, so that its cost is linear in
 * the number of images.
 *
 * <p>Features are divided by {@code sqrt(tr(Sr) / d)} first: without a common scale the cube of a
 * large product would dominate. Near 0 the distance may be negative; it is not clipped.
 */
public final class KernelDistance {
  private KernelDistance() {}

  /**
   * An estimate from several blocks.
   *
   * @param mean mean over the blocks
   * @param standardError standard deviation of that mean; NaN for a single block
   */
  public record Estimate(double mean, double standardError) {}

  /**
   * Takes the distance between two blocks of features.
   *
   * @param x real features [n, dimension], n at least 2
   * @param y generated features [m, dimension], m at least 2
   * @param dimension values of a row
   * @param trace sum of the variances of the real features, which sets the scale
   */
  public static double between(float[] x, float[] y, int dimension, double trace) {
    int n = x.length / dimension;
    int m = y.length / dimension;
    return meanOffDiagonal(Gram.products(x, x, dimension), n, trace)
        + meanOffDiagonal(Gram.products(y, y, dimension), m, trace)
        - 2 * sum(Gram.products(x, y, dimension), trace) / ((double) n * m);
  }

  /**
   * Averages blocks.
   *
   * @param blocks distances of disjoint blocks, at least one
   */
  public static Estimate estimate(double[] blocks) {
    double mean = Arrays.stream(blocks).average().orElseThrow();
    double squares = Arrays.stream(blocks).map(v -> (v - mean) * (v - mean)).sum();
    double variance = squares / (blocks.length - 1);
    return new Estimate(mean, blocks.length < 2 ? Double.NaN : Math.sqrt(variance / blocks.length));
  }

  private static double meanOffDiagonal(float[] products, int n, double trace) {
    double diagonal = 0;
    for (int i = 0; i < n; i++) {
      diagonal += kernel(products[i * n + i], trace);
    }
    return (sum(products, trace) - diagonal) / ((double) n * (n - 1));
  }

  private static double sum(float[] products, double trace) {
    double sum = 0;
    for (float product : products) {
      sum += kernel(product, trace);
    }
    return sum;
  }

  /** With features divided by sqrt(tr / d), x.y / d is the product over tr. */
  private static double kernel(double product, double trace) {
    double base = product / trace + 1;
    return base * base * base;
  }
}
