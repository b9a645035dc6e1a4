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
   * Spreads an image over the matrix.
   *
   * @param images image after image
   * @param image which image
   * @param matrix [depth][columns]
   * @param columns columns of the matrix
   * @param first the first column that belongs to this image
   */
  void spread(float[] images, int image, float[] matrix, int columns, int first) {
    int cells = patches.kernel() * patches.kernel();
    Arrays.fill(padded, 0);
    for (int c = 0; c < patches.channels(); c++) {
      for (int y = 0; y < patches.height(); y++) {
        System.arraycopy(images, row(image, c, y), padded, paddedRow(y), patches.width());
      }
      for (int cell = 0; cell < cells; cell++) {
        read(padded, offset(cell), places, matrix, (c * cells + cell) * columns + first);
      }
    }
  }

  private static void read(float[] padded, int cell, int[] places, float[] matrix, int to) {
    for (int p = 0; p < places.length; p++) {
      matrix[to + p] = padded[cell + places[p]];
    }
  }

  /**
   * Adds the matrix up over an image: the transpose of {@link #spread}.
   *
   * @param matrix [depth][columns]
   * @param columns columns of the matrix
   * @param first the first column that belongs to this image
   * @param images image after image; this one is replaced
   * @param image which image
   */
  void gather(float[] matrix, int columns, int first, float[] images, int image) {
    int cells = patches.kernel() * patches.kernel();
    for (int c = 0; c < patches.channels(); c++) {
      Arrays.fill(padded, 0);
      for (int cell = 0; cell < cells; cell++) {
        add(matrix, (c * cells + cell) * columns + first, places, padded, offset(cell));
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
