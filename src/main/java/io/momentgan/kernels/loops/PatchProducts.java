package io.momentgan.kernels.loops;

import io.momentgan.kernels.loops.MatrixProducts.Factor;
import org.bytedeco.javacpp.FloatPointer;

/** A convolution as products of the filters and a matrix of patches, on any processor. */
public final class PatchProducts extends ConvolutionPasses {
  private static final int COLUMNS = 512; // of a product: fewer would read the filters too often
  private static final int DEPTH = 400; // rows of a product: more would leave the caches

  private static final MatrixProducts PRODUCTS = MatrixProducts.inUse();

  private final PatchCopies copies;
  private final int together;
  private final int group;
  private final float[] matrix;
  private final float[] values;
  private final FloatPointer matrixMemory;
  private final FloatPointer mapMemory;

  public PatchProducts(Patches patches, int maps) {
    super(patches, maps);
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
  public void toMaps(float[] images, int count, FloatPointer weights, float[] into) {
    for (int from = 0; from < count; from += together) {
      int length = Math.min(together, count - from);
      int columns = patches.columns(length);
      int row = patches.row(length);
      Factor spread = Factor.of(matrixMemory, row);
      for (int channel = 0; channel < patches.channels(); channel += group) {
        int depth = spread(images, from, length, channel);
        int beta = channel == 0 ? 0 : 1;
        Factor filters = Factor.of(ofChannel(weights, channel), patches.depth());
        PRODUCTS.multiply(filters, spread, maps, columns, depth, beta, mapMemory, row);
      }
      storeMaps(into, from, length);
    }
  }

  @Override
  public void toImages(float[] ofMaps, int count, FloatPointer weights, float[] into) {
    for (int from = 0; from < count; from += together) {
      int length = Math.min(together, count - from);
      int columns = patches.columns(length);
      int row = patches.row(length);
      Factor loaded = Factor.of(mapMemory, row);
      loadMaps(ofMaps, from, length);
      for (int channel = 0; channel < patches.channels(); channel += group) {
        int end = Math.min(channel + group, patches.channels());
        int depth = (end - channel) * patches.cells();
        Factor filters = Factor.transposed(ofChannel(weights, channel), patches.depth());
        PRODUCTS.multiply(filters, loaded, depth, columns, maps, 0, matrixMemory, row);
        matrixMemory.get(matrix, 0, depth * row);
        copies.gather(matrix, into, from, length, channel, end);
      }
    }
  }

  @Override
  public void gradient(float[] images, float[] ofMaps, int count, FloatPointer gradient) {
    for (int from = 0; from < count; from += together) {
      int length = Math.min(together, count - from);
      int columns = patches.columns(length);
      int row = patches.row(length);
      int beta = from == 0 ? 0 : 1;
      Factor loaded = Factor.of(mapMemory, row);
      Factor spread = Factor.transposed(matrixMemory, row);
      loadMaps(ofMaps, from, length);
      for (int channel = 0; channel < patches.channels(); channel += group) {
        int depth = spread(images, from, length, channel);
        FloatPointer part = ofChannel(gradient, channel);
        PRODUCTS.multiply(loaded, spread, maps, depth, columns, beta, part, patches.depth());
      }
    }
  }

  private FloatPointer ofChannel(FloatPointer weights, int channel) {
    return weights.getPointer((long) channel * patches.cells());
  }

  /** Spreads some images and channels over the matrix; returns its number of rows. */
  private int spread(float[] images, int from, int length, int channel) {
    int end = Math.min(channel + group, patches.channels());
    copies.spread(images, from, length, matrix, channel, end);
    int depth = (end - channel) * patches.cells();
    matrixMemory.put(matrix, 0, depth * patches.row(length));
    return depth;
  }

  /** Transposes [image][map][place] to [map][place][image]. */
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
