package io.momentgan.kernels.loops;

/**
 * A strided convolution with "same" padding as a matrix product. The matrix has one row for each
 * cell of the filter and one column for each of its places.
 *
 * <p>The maps of an image of {@code height} rows have {@code ceil(height / stride)} rows. The
 * larger half of an odd padding is at the end, as in TensorFlow and Deeplearning4j. A transposed
 * convolution maps back to images.
 *
 * @param channels channels of an image
 * @param height rows of an image
 * @param width columns of an image
 * @param kernel rows and columns of a filter
 * @param stride rows and columns between two places
 */
public record Patches(int channels, int height, int width, int kernel, int stride) {
  private static final int CACHE_LINE = 16;

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

  /** Distance between the rows of the matrix of some images. */
  int row(int images) {
    // Rows a power of two apart would evict each other from the caches.
    return columns(images) + CACHE_LINE;
  }
}
