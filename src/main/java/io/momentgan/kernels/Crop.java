package io.momentgan.kernels;

/**
 * What a stock transposed convolution with "same" padding gives too much of one side where that is
 * no multiple of the stride.
 *
 * @param start rows or columns to leave out at the start
 * @param end rows or columns to leave out at the end
 */
public record Crop(int start, int end) {
  /**
   * The crop of one side.
   *
   * @param places rows or columns that come in
   * @param stride rows or columns between two places
   * @param kernel rows or columns of a filter
   * @param length rows or columns that shall come out, {@code places = ceil(length / stride)}
   */
  public static Crop of(int places, int stride, int kernel, int length) {
    int whole = places * stride;
    int start = padding(places, stride, kernel, length) - padding(places, stride, kernel, whole);
    return new Crop(start, whole - length - start);
  }

  private static int padding(int places, int stride, int kernel, int length) {
    return Math.max(0, (places - 1) * stride + kernel - length) / 2;
  }

  /** Whether nothing is left out. */
  public boolean isNone() {
    return start == 0 && end == 0;
  }
}
