package io.momentgan.kernels;

/**
 * Surplus of a stock transposed convolution with "same" padding along one side of an image that is
 * no multiple of the stride.
 *
 * @param start rows or columns to remove at the start
 * @param end rows or columns to remove at the end
 */
public record Crop(int start, int end) {
  /**
   * Computes the crop of one side.
   *
   * @param input rows or columns of the input, {@code ceil(output / stride)}
   * @param stride rows or columns between two positions
   * @param kernel rows or columns of a filter
   * @param output rows or columns of the cropped output
   */
  public static Crop of(int input, int stride, int kernel, int output) {
    int whole = input * stride;
    int start = padding(input, stride, kernel, output) - padding(input, stride, kernel, whole);
    return new Crop(start, whole - output - start);
  }

  private static int padding(int input, int stride, int kernel, int output) {
    return Math.max(0, (input - 1) * stride + kernel - output) / 2;
  }

  /** Returns whether nothing is removed. */
  public boolean isNone() {
    return start == 0 && end == 0;
  }
}
