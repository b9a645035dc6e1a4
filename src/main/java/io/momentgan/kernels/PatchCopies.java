package io.momentgan.kernels;

import java.util.Arrays;

/**
 * Copies between images and the matrix of a convolution: row (channel, y, x) holds what lies under
 * that cell of the filter at each of its places. A channel goes through a padded copy, in which
 * every cell has the same offsets to all places, without a question about borders.
 */
final class PatchCopies {
  private final Patches patches;
  private final int[] places;
  private final float[] padded;

  PatchCopies(Patches patches) {
    this.patches = patches;
    this.padded = new float[patches.paddedHeight() * patches.paddedWidth()];
    this.places = new int[patches.places()];
    for (int p = 0; p < places.length; p++) {
      int y = p / patches.mapWidth() * patches.stride();
      int x = p % patches.mapWidth() * patches.stride();
      places[p] = y * patches.paddedWidth() + x;
    }
  }

  /**
   * Spreads some channels of an image over the matrix.
   *
   * @param images image after image
   * @param image which image
   * @param matrix [(end - begin) * cells][columns]
   * @param columns columns of the matrix
   * @param first the first column that belongs to this image
   * @param begin the first channel
   * @param end the channel after the last
   */
  void spread(
      float[] images, int image, float[] matrix, int columns, int first, int begin, int end) {
    int to = first;
    Arrays.fill(padded, 0);
    for (int c = begin; c < end; c++) {
      for (int y = 0; y < patches.height(); y++) {
        System.arraycopy(images, row(image, c, y), padded, paddedRow(y), patches.width());
      }
      for (int cell = 0; cell < patches.cells(); cell++, to += columns) {
        read(padded, offset(cell), places, matrix, to);
      }
    }
  }

  private static void read(float[] padded, int cell, int[] places, float[] matrix, int to) {
    for (int p = 0; p < places.length; p++) {
      matrix[to + p] = padded[cell + places[p]];
    }
  }

  /**
   * Adds the matrix up over some channels of an image: the transpose of {@link #spread}.
   *
   * @param matrix [(end - begin) * cells][columns]
   * @param columns columns of the matrix
   * @param first the first column that belongs to this image
   * @param images image after image; these channels of this one are replaced
   * @param image which image
   * @param begin the first channel
   * @param end the channel after the last
   */
  void gather(
      float[] matrix, int columns, int first, float[] images, int image, int begin, int end) {
    int from = first;
    for (int c = begin; c < end; c++) {
      Arrays.fill(padded, 0);
      for (int cell = 0; cell < patches.cells(); cell++, from += columns) {
        add(matrix, from, places, padded, offset(cell));
      }
      for (int y = 0; y < patches.height(); y++) {
        System.arraycopy(padded, paddedRow(y), images, row(image, c, y), patches.width());
      }
    }
  }

  private static void add(float[] matrix, int from, int[] places, float[] padded, int cell) {
    for (int p = 0; p < places.length; p++) {
      padded[cell + places[p]] += matrix[from + p];
    }
  }

  private int offset(int cell) {
    return cell / patches.kernel() * patches.paddedWidth() + cell % patches.kernel();
  }

  private int row(int image, int channel, int y) {
    return image * patches.imageLength() + (channel * patches.height() + y) * patches.width();
  }

  private int paddedRow(int y) {
    return (y + patches.top()) * patches.paddedWidth() + patches.left();
  }
}
