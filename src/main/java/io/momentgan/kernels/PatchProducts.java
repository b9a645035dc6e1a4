package io.momentgan.kernels;

import io.momentgan.kernels.MatrixProducts.Factor;
import org.bytedeco.javacpp.FloatPointer;

/**
 * The matrix products of a strided convolution between images and maps, some images at a time. A
 * convolution goes from images to maps, a transposed one from maps to images.
 *
 * <p>Images and maps are [n, channels, height, width] one after another; weights are [maps, image
 * channels, kernel, kernel] in both directions, as Deeplearning4j keeps them.
 */
final class PatchProducts {
  /** Columns of a product: enough that the filters are not read again for a few. */
  private static final int COLUMNS = 512;

  /** Rows of patches at a time: enough for the BLAS, and few enough to stay near the processor. */
  private static final int DEPTH = 400;

  private static final MatrixProducts PRODUCTS = MatrixProducts.inUse();

  private final Patches patches;
  private final PatchCopies copies;
  private final int maps;
  private final int together;
  private final int group;
  private final float[] matrix;
  private final float[] values;
  private final FloatPointer matrixMemory;
  private final FloatPointer mapMemory;
  private final FloatPointer sumMemory;
  private final float[] noBias;

  private PatchProducts(Patches patches, int maps) {
    this.patches = patches;
    this.maps = maps;
    this.together = Math.max(1, COLUMNS / patches.places());
    this.copies = new PatchCopies(patches, together);
    this.group = Math.min(patches.channels(), Math.max(1, DEPTH / patches.cells()));
    int row = patches.row(together);
    this.matrix = new float[group * patches.cells() * row];
    this.values = new float[maps * row];
    this.matrixMemory = new FloatPointer(matrix.length);
    this.mapMemory = new FloatPointer(values.length);
    this.sumMemory = new FloatPointer(values.length);
    this.noBias = new float[Math.max(maps, patches.channels())];
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
   * @param images some images
   * @param count how many
   * @param weights the filters
   * @param bias per map
   * @param into filled
   */
  void toMaps(float[] images, int count, FloatPointer weights, float[] bias, float[] into) {
    ofImages(images, null, count, weights, null, bias, into);
  }

  /**
   * The images of maps: a transposed convolution.
   *
   * @param ofMaps the maps of some images
   * @param count how many images
   * @param weights the filters
   * @param bias per channel of an image
   * @param into filled
   */
  void toImages(float[] ofMaps, int count, FloatPointer weights, float[] bias, float[] into) {
    ofMaps(null, ofMaps, count, weights, null, bias, into);
  }

  /**
   * The way back of a convolution.
   *
   * @param images as they went forward; of no account without {@code gradient}
   * @param errors by the maps
   * @param count how many images
   * @param weights the filters
   * @param gradient gets the gradient by the weights, replacing what it held; null for none
   * @param toImages gets the errors by the images; null for none
   */
  void backFromMaps(
      float[] images,
      float[] errors,
      int count,
      FloatPointer weights,
      FloatPointer gradient,
      float[] toImages) {
    ofMaps(images, errors, count, weights, gradient, noBias, toImages);
  }

  private void ofMaps(
      float[] images,
      float[] ofMaps,
      int count,
      FloatPointer weights,
      FloatPointer gradient,
      float[] bias,
      float[] toImages) {
    for (int from = 0; from < count; from += together) {
      int length = Math.min(together, count - from);
      int row = patches.row(length);
      loadMaps(ofMaps, from, length);
      for (int channel = 0; channel < patches.channels(); channel += group) {
        int end = Math.min(channel + group, patches.channels());
        int depth = (end - channel) * patches.cells();
        if (gradient != null) {
          spread(images, from, length, channel);
          addGradient(depth, length, from, channel, gradient);
        }
        if (toImages != null) {
          PRODUCTS.multiply(
              Factor.transposed(ofChannel(weights, channel), patches.depth()),
              Factor.of(mapMemory, row),
              depth,
              patches.columns(length),
              maps,
              0,
              matrixMemory,
              row);
          matrixMemory.get(matrix, 0, depth * row);
          copies.gather(matrix, bias, toImages, from, length, channel, end);
        }
      }
    }
  }

  /**
   * The way back of a transposed convolution.
   *
   * @param errors by the images
   * @param ofMaps the maps as they went forward; of no account without {@code gradient}
   * @param count how many images
   * @param weights the filters
   * @param gradient gets the gradient by the weights, replacing what it held; null for none
   * @param toMaps gets the errors by the maps; null for none
   */
  void backFromImages(
      float[] errors,
      float[] ofMaps,
      int count,
      FloatPointer weights,
      FloatPointer gradient,
      float[] toMaps) {
    ofImages(errors, ofMaps, count, weights, gradient, noBias, toMaps);
  }

  private void ofImages(
      float[] images,
      float[] ofMaps,
      int count,
      FloatPointer weights,
      FloatPointer gradient,
      float[] bias,
      float[] toMaps) {
    for (int from = 0; from < count; from += together) {
      int length = Math.min(together, count - from);
      int row = patches.row(length);
      if (gradient != null) {
        loadMaps(ofMaps, from, length);
      }
      for (int channel = 0; channel < patches.channels(); channel += group) {
        int depth = spread(images, from, length, channel);
        if (gradient != null) {
          addGradient(depth, length, from, channel, gradient);
        }
        if (toMaps != null) {
          PRODUCTS.multiply(
              Factor.of(ofChannel(weights, channel), patches.depth()),
              Factor.of(matrixMemory, row),
              maps,
              patches.columns(length),
              depth,
              channel == 0 ? 0 : 1,
              sumMemory,
              row);
        }
      }
      if (toMaps != null) {
        storeMaps(bias, toMaps, from, length);
      }
    }
  }

  /** What the images from {@code from} on, whose patches and maps are loaded, add to it. */
  private void addGradient(int depth, int length, int from, int channel, FloatPointer gradient) {
    PRODUCTS.multiply(
        Factor.of(mapMemory, patches.row(length)),
        Factor.transposed(matrixMemory, patches.row(length)),
        maps,
        depth,
        patches.columns(length),
        from == 0 ? 0 : 1,
        ofChannel(gradient, channel),
        patches.depth());
  }

  private FloatPointer ofChannel(FloatPointer weights, int channel) {
    return weights.getPointer((long) channel * patches.cells());
  }

  /** The patches of some images and channels; returns how many rows they are. */
  private int spread(float[] images, int from, int length, int channel) {
    int end = Math.min(channel + group, patches.channels());
    copies.spread(images, from, length, matrix, channel, end);
    int depth = (end - channel) * patches.cells();
    matrixMemory.put(matrix, 0, depth * patches.row(length));
    return depth;
  }

  /** From image after image, map after map, to map after map, place after place. */
  private void loadMaps(float[] ofMaps, int from, int length) {
    int places = patches.places();
    int row = patches.row(length);
    for (int m = 0; m < maps; m++) {
      for (int i = 0; i < length; i++) {
        int map = ((from + i) * maps + m) * places;
        for (int place = 0, at = m * row + i; place < places; place++, at += length) {
          values[at] = ofMaps[map + place];
        }
      }
    }
    mapMemory.put(values, 0, maps * row);
  }

  private void storeMaps(float[] bias, float[] ofMaps, int from, int length) {
    int places = patches.places();
    int row = patches.row(length);
    sumMemory.get(values, 0, maps * row);
    for (int m = 0; m < maps; m++) {
      float ofMap = bias[m];
      for (int i = 0; i < length; i++) {
        int map = ((from + i) * maps + m) * places;
        for (int place = 0, at = m * row + i; place < places; place++, at += length) {
          ofMaps[map + place] = values[at] + ofMap;
        }
      }
    }
  }
}
