package io.momentgan.kernels;

import java.util.Arrays;

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
record Patches(int channels, int height, int width, int kernel, int stride) {
  int mapHeight() {
    return (height + stride - 1) / stride;
  }

  int mapWidth() {
    return (width + stride - 1) / stride;
  }

  /** Places of the filter in an image: values of a map. */
  int places() {
    return mapHeight() * mapWidth();
  }

  /** Cells of the filter: rows of the matrix. */
  int depth() {
    return channels * kernel * kernel;
  }

  /** Values of an image. */
  int imageLength() {
    return channels * height * width;
  }

  private int top() {
    return Math.max(0, (mapHeight() - 1) * stride + kernel - height) / 2;
  }

  private int left() {
    return Math.max(0, (mapWidth() - 1) * stride + kernel - width) / 2;
  }

  /**
   * Spreads an image over the matrix.
   *
   * @param images image after image
   * @param image which image
   * @param matrix [depth][columns]
   * @param columns columns of the matrix
   * @param first the first column that belongs to this image
   */
  void spread(float[] images, int image, float[] matrix, int columns, int first) {
    int row = 0;
    for (int c = 0; c < channels; c++) {
      int plane = image * imageLength() + c * height * width;
      for (int ky = 0; ky < kernel; ky++) {
        for (int kx = 0; kx < kernel; kx++, row++) {
          int lo = low(kx - left());
          int hi = high(kx - left(), width, mapWidth());
          int to = row * columns + first;
          for (int oy = 0; oy < mapHeight(); oy++, to += mapWidth()) {
            int y = oy * stride + ky - top();
            if (y < 0 || y >= height) {
              Arrays.fill(matrix, to, to + mapWidth(), 0);
            } else {
              Arrays.fill(matrix, to, to + lo, 0);
              Arrays.fill(matrix, to + hi, to + mapWidth(), 0);
              read(images, plane + y * width + kx - left(), matrix, to, lo, hi);
            }
          }
        }
      }
    }
  }

  private void read(float[] images, int from, float[] matrix, int to, int lo, int hi) {
    if (stride == 1) {
      System.arraycopy(images, from + lo, matrix, to + lo, hi - lo);
      return;
    }
    for (int ox = lo; ox < hi; ox++) {
      matrix[to + ox] = images[from + ox * stride];
    }
  }

  /** Adds the matrix up over an image: the transpose of {@link #spread}. */
  void gather(float[] matrix, int columns, int first, float[] images, int image) {
    int row = 0;
    for (int c = 0; c < channels; c++) {
      int plane = image * imageLength() + c * height * width;
      for (int ky = 0; ky < kernel; ky++) {
        for (int kx = 0; kx < kernel; kx++, row++) {
          int lo = low(kx - left());
          int hi = high(kx - left(), width, mapWidth());
          int from = row * columns + first;
          for (int oy = 0; oy < mapHeight(); oy++, from += mapWidth()) {
            int y = oy * stride + ky - top();
            if (y >= 0 && y < height) {
              add(matrix, from, images, plane + y * width + kx - left(), lo, hi);
            }
          }
        }
      }
    }
  }

  private void add(float[] matrix, int from, float[] images, int to, int lo, int hi) {
    for (int ox = lo; ox < hi; ox++) {
      images[to + ox * stride] += matrix[from + ox];
    }
  }

  /** First place whose cell at this offset lies within the image. */
  private int low(int offset) {
    return offset >= 0 ? 0 : (-offset + stride - 1) / stride;
  }

  /** One past the last such place. */
  private int high(int offset, int length, int places) {
    return Math.max(low(offset), Math.min(places, (length - offset + stride - 1) / stride));
  }
}
