package io.momentgan.kernels;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas;

/**
 * The matrix products of a strided convolution between images and maps, some images at a time, by
 * the BLAS. A convolution goes from images to maps, a transposed one from maps to images.
 *
 * <p>Images and maps are [n, channels, height, width] one after another; weights are [maps, image
 * channels, kernel, kernel] in both directions, as Deeplearning4j keeps them.
 */
final class PatchProducts {
  /** Columns of a product: enough that the filters are not read again for a few. */
  private static final int COLUMNS = 512;

  /** Rows of patches at a time: enough for the BLAS, and few enough to stay near the processor. */
  private static final int DEPTH = 400;

  private final Patches patches;
  private final PatchCopies copies;
  private final int maps;
  private final int together;
  private final int group;
  private final float[] matrix;
  private final float[] values;
  private final FloatPointer matrixMemory;
  private final FloatPointer valuesMemory;

  private PatchProducts(Patches patches, int maps) {
    this.patches = patches;
    this.maps = maps;
    this.together = Math.max(1, COLUMNS / patches.places());
    this.copies = new PatchCopies(patches, together);
    this.group = Math.min(patches.channels(), Math.max(1, DEPTH / patches.cells()));
    int columns = together * patches.places();
    this.matrix = new float[group * patches.cells() * columns];
    this.values = new float[maps * columns];
    this.matrixMemory = new FloatPointer(matrix.length);
    this.valuesMemory = new FloatPointer(values.length);
  }

  /**
   * Those given if they fit, else new ones.
   *
   * @param older may be null
   * @param patches the convolution
   * @param maps number of maps
   */
  static PatchProducts of(PatchProducts older, Patches patches, int maps) {
    return older != null && older.patches.equals(patches) && older.maps == maps
        ? older
        : new PatchProducts(patches, maps);
  }

  /**
   * The maps of images: a convolution.
   *
   * @param into filled and returned if it has the right length; may be null
   */
  float[] toMaps(float[] images, FloatPointer weights, float[] into) {
    int count = images.length / patches.imageLength();
    float[] result = HeapArrays.sized(into, count * maps * patches.places());
    for (int from = 0; from < count; from += together) {
      int length = Math.min(together, count - from);
      int columns = length * patches.places();
      for (int channel = 0; channel < patches.channels(); channel += group) {
        int depth = spread(images, from, length, channel);
        openblas.cblas_sgemm(
            openblas.CblasRowMajor,
            openblas.CblasNoTrans,
            openblas.CblasNoTrans,
            maps,
            columns,
            depth,
            1,
            weights.getPointer((long) channel * patches.cells()),
            patches.depth(),
            matrixMemory,
            columns,
            channel == 0 ? 0 : 1,
            valuesMemory,
            columns);
      }
      valuesMemory.get(values, 0, maps * columns);
      storeMaps(result, from, length);
    }
    return result;
  }

  /**
   * The images of maps: a transposed convolution, and a convolution's way back.
   *
   * @param into filled and returned if it has the right length; may be null
   */
  float[] toImages(float[] ofMaps, FloatPointer weights, float[] into) {
    int count = ofMaps.length / (maps * patches.places());
    float[] result = HeapArrays.sized(into, count * patches.imageLength());
    for (int from = 0; from < count; from += together) {
      int length = Math.min(together, count - from);
      int columns = loadMaps(ofMaps, from, length);
      for (int channel = 0; channel < patches.channels(); channel += group) {
        int end = Math.min(channel + group, patches.channels());
        int depth = (end - channel) * patches.cells();
        openblas.cblas_sgemm(
            openblas.CblasRowMajor,
            openblas.CblasTrans,
            openblas.CblasNoTrans,
            depth,
            columns,
            maps,
            1,
            weights.getPointer((long) channel * patches.cells()),
            patches.depth(),
            valuesMemory,
            columns,
            0,
            matrixMemory,
            columns);
        matrixMemory.get(matrix, 0, depth * columns);
        copies.gather(matrix, result, from, length, channel, end);
      }
    }
    return result;
  }

  /**
   * The gradient by the weights.
   *
   * @param images as they went forward, or a transposed convolution's errors
   * @param ofMaps the errors, or what went forward into a transposed convolution
   * @param gradient gets it, replacing what it held
   */
  void gradient(float[] images, float[] ofMaps, FloatPointer gradient) {
    int count = images.length / patches.imageLength();
    for (int from = 0; from < count; from += together) {
      int length = Math.min(together, count - from);
      int columns = loadMaps(ofMaps, from, length);
      for (int channel = 0; channel < patches.channels(); channel += group) {
        int depth = spread(images, from, length, channel);
        openblas.cblas_sgemm(
            openblas.CblasRowMajor,
            openblas.CblasNoTrans,
            openblas.CblasTrans,
            maps,
            depth,
            columns,
            1,
            valuesMemory,
            columns,
            matrixMemory,
            columns,
            from == 0 ? 0 : 1,
            gradient.getPointer((long) channel * patches.cells()),
            patches.depth());
      }
    }
  }

  /** The patches of some images and channels; returns how many rows they are. */
  private int spread(float[] images, int from, int length, int channel) {
    int columns = length * patches.places();
    int end = Math.min(channel + group, patches.channels());
    copies.spread(images, from, length, matrix, channel, end);
    int depth = (end - channel) * patches.cells();
    matrixMemory.put(matrix, 0, depth * columns);
    return depth;
  }

  /** From image after image, map after map, to map after map, place after place. */
  private int loadMaps(float[] ofMaps, int from, int length) {
    int places = patches.places();
    int columns = length * places;
    for (int m = 0; m < maps; m++) {
      for (int i = 0; i < length; i++) {
        int map = ((from + i) * maps + m) * places;
        for (int place = 0, at = m * columns + i; place < places; place++, at += length) {
          values[at] = ofMaps[map + place];
        }
      }
    }
    valuesMemory.put(values, 0, maps * columns);
    return columns;
  }

  private void storeMaps(float[] ofMaps, int from, int length) {
    int places = patches.places();
    int columns = length * places;
    for (int m = 0; m < maps; m++) {
      for (int i = 0; i < length; i++) {
        int map = ((from + i) * maps + m) * places;
        for (int place = 0, at = m * columns + i; place < places; place++, at += length) {
          ofMaps[map + place] = values[at];
        }
      }
    }
  }
}
