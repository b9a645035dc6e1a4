package io.momentgan.kernels.loops;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;

/**
 * A convolution by oneDNN's own loops: without a matrix of patches, and without products by what
 * lies outside an image. Where they are slow, products of patches take their place.
 */
public final class BlockedConvolution implements ConvolutionPasses {
  /** Channels in a block: of images with fewer, most of one would be nothing. */
  static final int BLOCK = 16;

  /** Columns of a map from which on oneDNN's gradients by the weights are faster than products. */
  private static final int WIDE = 8;

  /** Batches of so many sizes take turns. */
  private static final int SIZES = 2;

  private final Patches patches;
  private final int maps;
  private final Map<Integer, ConvolutionLoops> loops = new LinkedHashMap<>(SIZES, 1, true);
  private PatchProducts products;

  public BlockedConvolution(Patches patches, int maps) {
    this.patches = patches;
    this.maps = maps;
  }

  @Override
  public boolean fit(Patches otherPatches, int otherMaps) {
    return patches.equals(otherPatches) && maps == otherMaps;
  }

  @Override
  public void toMaps(float[] images, int count, FloatPointer weights, float[] into) {
    loops(count).toMaps(images, weights, into);
  }

  @Override
  public void toImages(float[] ofMaps, int count, FloatPointer weights, float[] into) {
    if (patches.channels() < BLOCK) {
      products().toImages(ofMaps, count, weights, into);
    } else {
      loops(count).toImages(ofMaps, weights, into);
    }
  }

  @Override
  public void gradient(float[] images, float[] ofMaps, int count, FloatPointer gradient) {
    if (patches.mapWidth() < WIDE) {
      products().gradient(images, ofMaps, count, gradient);
    } else {
      loops(count).gradient(images, ofMaps, gradient);
    }
  }

  private PatchProducts products() {
    if (products == null) {
      products = new PatchProducts(patches, maps);
    }
    return products;
  }

  private ConvolutionLoops loops(int count) {
    ConvolutionLoops ofCount = loops.get(count);
    if (ofCount == null) {
      if (loops.size() == SIZES) {
        loops.remove(loops.keySet().iterator().next()); // least recently used
      }
      ofCount = new ConvolutionLoops(patches, maps, count);
      loops.put(count, ofCount);
    }
    return ofCount;
  }
}
