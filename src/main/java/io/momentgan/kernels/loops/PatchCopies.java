package io.momentgan.kernels.loops;

import java.util.Arrays;

/**
 * Copies between images and the matrix of a convolution. Row (channel, y, x) holds the values under
 * that cell of the filter: one column for each place and image, images of a place side by side.
 *
 * <p>Channels pass through padded planes, one for each row and column of the stride. There the
 * values under a cell at all places of a row are adjacent, so they are copied at once, without
 * tests for borders.
 */
final class PatchCopies {
  private final Patches patches;
  private final int width;
  private final int plane;
  private final int[] pixels;
  private final int[] cells;
  private final float[] padded;
  private final float[][] terms;

  /**
   * Prepares the planes.
   *
   * @param patches the convolution
   * @param most largest number of images at a time
   */
  PatchCopies(Patches patches, int most) {
    this.patches = patches;
    this.width = split(patches.paddedWidth());
    this.plane = split(patches.paddedHeight()) * width;
    this.pixels = new int[patches.height() * patches.width()];
    for (int i = 0; i < pixels.length; i++) {
      int y = i / patches.width() + patches.top();
      pixels[i] = at(y, i % patches.width() + patches.left());
    }
    this.cells = new int[patches.cells()];
    for (int i = 0; i < cells.length; i++) {
      cells[i] = at(i / patches.kernel(), i % patches.kernel());
    }
    int all = patches.stride() * patches.stride() * plane * most;
    this.padded = new float[all];
    this.terms = new float[split(patches.kernel())][all];
  }

  private int split(int length) {
    return (length + patches.stride() - 1) / patches.stride();
  }

  /** Returns the index of a pixel of the padded image: its plane, and its place there. */
  private int at(int y, int x) {
    int stride = patches.stride();
    return (y % stride * stride + x % stride) * plane + y / stride * width + x / stride;
  }

  /**
   * Spreads some channels of some images over the matrix.
   *
   * @param images [image][channel][y][x]
   * @param first the first image
   * @param count number of images
   * @param matrix [(end - begin) * cells] rows, see {@link Patches#row}
   * @param begin the first channel
   * @param end the channel after the last
   */
  void spread(float[] images, int first, int count, float[] matrix, int begin, int end) {
    int run = patches.mapWidth() * count;
    int between = patches.row(count) - patches.columns(count);
    int to = 0;
    Arrays.fill(padded, 0);
    for (int c = begin; c < end; c++) {
      for (int i = 0; i < count; i++) {
        load(images, channel(first + i, c), pixels, padded, i, count);
      }
      for (int cell : cells) {
        int from = cell * count;
        for (int y = 0; y < patches.mapHeight(); y++, from += width * count, to += run) {
          System.arraycopy(padded, from, matrix, to, run);
        }
        to += between;
      }
    }
  }

  private static void load(
      float[] images, int channel, int[] pixels, float[] padded, int image, int count) {
    for (int i = 0; i < pixels.length; i++) {
      padded[pixels[i] * count + image] = images[channel + i];
    }
  }

  /**
   * Sums the matrix over some channels of some images: the transpose of {@link #spread}.
   *
   * @param matrix [(end - begin) * cells] rows, see {@link Patches#row}
   * @param images [image][channel][y][x]; these channels of these images are overwritten
   * @param first the first image
   * @param count number of images
   * @param begin the first channel
   * @param end the channel after the last
   */
  void gather(float[] matrix, float[] images, int first, int count, int begin, int end) {
    int run = patches.mapWidth() * count;
    int row = width * count;
    int between = patches.row(count) - patches.columns(count);
    int from = 0;
    for (float[] some : terms) {
      Arrays.fill(some, 0);
    }
    for (int c = begin; c < end; c++) {
      Arrays.fill(padded, 0);
      for (int cell = 0; cell < cells.length; cell++) {
        // Cells of a column fill the same places of a row; the values between them stay 0.
        int right = cell % patches.kernel() / patches.stride();
        int top = cells[cell] * count;
        for (int y = 0, to = top; y < patches.mapHeight(); y++, from += run, to += row) {
          System.arraycopy(matrix, from, terms[right], to, run);
        }
        from += between;
        int begun = top - right * count;
        add(terms[right], padded, begun, begun + patches.mapHeight() * row);
      }
      for (int i = 0; i < count; i++) {
        store(padded, i, count, pixels, images, channel(first + i, c));
      }
    }
  }

  // One index for both arrays: the JIT compiler leaves other loops scalar.
  private static void add(float[] terms, float[] sums, int from, int to) {
    for (int at = from; at < to; at++) {
      sums[at] += terms[at];
    }
  }

  private static void store(
      float[] padded, int image, int count, int[] pixels, float[] images, int channel) {
    for (int i = 0; i < pixels.length; i++) {
      images[channel + i] = padded[pixels[i] * count + image];
    }
  }

  private int channel(int image, int channel) {
    return image * patches.imageLength() + channel * pixels.length;
  }
}
