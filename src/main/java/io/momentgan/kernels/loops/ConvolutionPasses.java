package io.momentgan.kernels.loops;

import org.bytedeco.javacpp.FloatPointer;

/**
 * The passes of a strided convolution, which maps images to maps. A transposed one maps back.
 *
 * <p>Images and maps are [n, channels, height, width], in arrays of that length or longer. Weights
 * are [maps, image channels, kernel, kernel] in both directions, as Deeplearning4j keeps them.
 */
public abstract class ConvolutionPasses {
  final Patches patches;
  final int maps;

  ConvolutionPasses(Patches patches, int maps) {
    this.patches = patches;
    this.maps = maps;
  }

  /**
   * Returns the older passes if they fit, else new ones.
   *
   * @param older may be null
   * @param patches the convolution
   * @param maps number of maps
   */
  public static ConvolutionPasses of(ConvolutionPasses older, Patches patches, int maps) {
    if (older != null && older.patches.equals(patches) && older.maps == maps) {
      return older;
    }
    return MatrixProducts.inUse() == MatrixProducts.ONE_DNN && maps >= BlockedConvolution.BLOCK
        ? new BlockedConvolution(patches, maps)
        : new PatchProducts(patches, maps);
  }

  /**
   * Computes maps: a convolution's forward pass, a transposed one's backward pass.
   *
   * @param images images
   * @param count number of images
   * @param weights filters
   * @param into maps, overwritten
   */
  public abstract void toMaps(float[] images, int count, FloatPointer weights, float[] into);

  /**
   * Computes images: a transposed convolution's forward pass, a convolution's backward pass.
   *
   * @param ofMaps maps
   * @param count number of images
   * @param weights filters
   * @param into images, overwritten
   */
  public abstract void toImages(float[] ofMaps, int count, FloatPointer weights, float[] into);

  /**
   * Computes the gradient with respect to the weights.
   *
   * @param images input of a convolution, or errors of a transposed one
   * @param ofMaps errors of a convolution, or input of a transposed one
   * @param count number of images
   * @param gradient overwritten
   */
  public abstract void gradient(float[] images, float[] ofMaps, int count, FloatPointer gradient);
}
