package io.momentgan.kernels.loops;

import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.FloatPointer;

/**
 * A convolution by oneDNN's own loops, without a matrix of patches and without products of padding.
 * Where they are slow, by products of patches.
 */
public final class BlockedConvolution extends ConvolutionPasses {
  static final int BLOCK = 16; // channels; for images with fewer, most of a block is empty

  private static final int WIDE = 8; // from so many map columns on, oneDNN's gradients are faster
  private static final int SIZES = 2; // batches of two sizes may take turns

  private final Map<Integer, ConvolutionLoops> loops = new LinkedHashMap<>(SIZES, 1, true);
  private PatchProducts products;

  public BlockedConvolution(Patches patches, int maps) {
    super(patches, maps);
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
