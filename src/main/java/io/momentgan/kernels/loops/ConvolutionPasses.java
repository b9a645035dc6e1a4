package io.momentgan.kernels.loops;

import org.bytedeco.javacpp.FloatPointer;

/**
 * The passes of a strided convolution between images and maps. A convolution goes from images to
 * maps, a transposed one from maps to images.
 *
 * <p>Images and maps are [n, channels, height, width] one after another, in arrays of that length
 * or longer; weights are [maps, image channels, kernel, kernel] in both directions, as
 * Deeplearning4j keeps them.
 */
public interface ConvolutionPasses {
  /**
   * Those given if they fit, else new ones.
   *
   * @param older may be null
   * @param patches the convolution
   * @param maps number of maps
   */
  static ConvolutionPasses of(ConvolutionPasses older, Patches patches, int maps) {
    if (older != null && older.fit(patches, maps)) {
      return older;
    }
    return MatrixProducts.inUse() == MatrixProducts.ONE_DNN && maps >= BlockedConvolution.BLOCK
        ? new BlockedConvolution(patches, maps)
        : new PatchProducts(patches, maps);
  }

  /** Whether these are the passes of a convolution. */
  boolean fit(Patches patches, int maps);

  /**
   * The maps of images: a convolution, and a transposed one's way back.
   *
   * @param images some images
   * @param count how many
   * @param weights the filters
   * @param into filled
   */
  void toMaps(float[] images, int count, FloatPointer weights, float[] into);

  /**
   * The images of maps: a transposed convolution, and a convolution's way back.
   *
   * @param maps the maps of some images
   * @param count how many images
   * @param weights the filters
   * @param into filled
   */
  void toImages(float[] maps, int count, FloatPointer weights, float[] into);

  /**
   * The gradient by the weights.
   *
   * @param images as they went forward, or a transposed convolution's errors
   * @param maps the errors, or what went forward into a transposed convolution
   * @param count how many images
   * @param gradient gets it, replacing what it held
   */
  void gradient(float[] images, float[] maps, int count, FloatPointer gradient);
}
