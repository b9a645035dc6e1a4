package io.momentgan.kernels.loops;

import io.momentgan.kernels.loops.MatrixProducts.Factor;
import org.bytedeco.javacpp.FloatPointer;

/**
 * A convolution as products of the filters and a matrix of patches, some images at a time, on any
 * processor.
 */
public final class PatchProducts implements ConvolutionPasses {
  /** Columns of a product: enough that the filters are not read again for a few. */
  private static final int COLUMNS = 512;

  /** Rows of patches at a time: enough for a product, and few enough to stay near the processor. */
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

  public PatchProducts(Patches patches, int maps) {
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
  }

  @Override
  public boolean fit(Patches otherPatches, int otherMaps) {
    return patches.equals(otherPatches) && maps == otherMaps;
  }

  @Override
  public void toMaps(float[] images, int count, FloatPointer weights, float[] into) {
    for (int from = 0; from < count; from += together) {
      int length = Math.min(together, count - from);
      int row = patches.row(length);
      for (int channel = 0; channel < patches.channels(); channel += group) {
        int depth = spread(images, from, length, channel);
        PRODUCTS.multiply(
            Factor.of(ofChannel(weights, channel), patches.depth()),
            Factor.of(matrixMemory, row),
            maps,
            patches.columns(length),
            depth,
            channel == 0 ? 0 : 1,
            mapMemory,
            row);
      }
      storeMaps(into, from, length);
    }
  }

  @Override
  public void toImages(float[] ofMaps, int count, FloatPointer weights, float[] into) {
    for (int from = 0; from < count; from += together) {
      int length = Math.min(together, count - from);
      int row = patches.row(length);
      loadMaps(ofMaps, from, length);
      for (int channel = 0; channel < patches.channels(); channel += group) {
        int end = Math.min(channel + group, patches.channels());
        int depth = (end - channel) * patches.cells();
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
        copies.gather(matrix, into, from, length, channel, end);
      }
    }
  }

  @Override
  public void gradient(float[] images, float[] ofMaps, int count, FloatPointer gradient) {
    for (int from = 0; from < count; from += together) {
      int length = Math.min(together, count - from);
      int row = patches.row(length);
      loadMaps(ofMaps, from, length);
      for (int channel = 0; channel < patches.channels(); channel += group) {
        int depth = spread(images, from, length, channel);
        PRODUCTS.multiply(
            Factor.of(mapMemory, row),
            Factor.transposed(matrixMemory, row),
            maps,
            depth,
            patches.columns(length),
            from == 0 ? 0 : 1,
            ofChannel(gradient, channel),
            patches.depth());
      }
    }
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

  private void storeMaps(float[] ofMaps, int from, int length) {
    int places = patches.places();
    int row = patches.row(length);
    mapMemory.get(values, 0, maps * row);
    for (int m = 0; m < maps; m++) {
      for (int i = 0; i < length; i++) {
        int map = ((from + i) * maps + m) * places;
        for (int place = 0, at = m * row + i; place < places; place++, at += length) {
          ofMaps[map + place] = values[at];
        }
      }
    }
  }
}
