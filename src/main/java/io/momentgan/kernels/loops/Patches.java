package io.momentgan.kernels.loops;

/**
 * A strided convolution with "same" padding as a matrix product: what lies under each cell of the
 * filter at each of its places, one row per cell, one column per place.
 *
 * <p>The maps of an image of {@code height} rows have {@code ceil(height / stride)} rows; where the
 * padding is odd, the larger half is at the end, as in TensorFlow and Deeplearning4j. A transposed
 * convolution is the same from maps to images.
 *
 * @param channels channels of an image
 * @param height rows of an image
 * @param width columns of an image
 * @param kernel rows and columns of a filter
 * @param stride rows and columns between two places
 */
public record Patches(int channels, int height, int width, int kernel, int stride) {
  /** A cache line. */
  private static final int BETWEEN_ROWS = 16;

  public int mapHeight() {
    return (height + stride - 1) / stride;
  }

  public int mapWidth() {
    return (width + stride - 1) / stride;
  }

  /** Places of the filter in an image: values of a map. */
  int places() {
    return mapHeight() * mapWidth();
  }

  /** Cells of the filter in one channel. */
  int cells() {
    return kernel * kernel;
  }

  /** Cells of the filter in all channels: rows of the matrix. */
  int depth() {
    return channels * cells();
  }

  /** Values of an image. */
  int imageLength() {
    return channels * height * width;
  }

  /** Rows of padding above an image. */
  int top() {
    return Math.max(0, (mapHeight() - 1) * stride + kernel - height) / 2;
  }

  /** Columns of padding left of an image. */
  int left() {
    return Math.max(0, (mapWidth() - 1) * stride + kernel - width) / 2;
  }

  /** Rows of an image with its padding. */
  int paddedHeight() {
    return Math.max(top() + height, (mapHeight() - 1) * stride + kernel);
  }

  /** Columns of an image with its padding. */
  int paddedWidth() {
    return Math.max(left() + width, (mapWidth() - 1) * stride + kernel);
  }

  /** Columns of the matrix of some images. */
  int columns(int images) {
    return images * places();
  }

  /**
   * From the beginning of a row of the matrix of some images to that of the next: a little more
   * than its columns, since rows a power of two apart get in each other's way in the caches.
   */
  int row(int images) {
    return columns(images) + BETWEEN_ROWS;
  }
}
