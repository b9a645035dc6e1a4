package io.momentgan.step;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A batch of images with their classes.
 *
 * @param images rows [n, features]
 * @param classes the class of each image, or an empty array where classes are not used; never
 *     mutated
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record Batch(INDArray images, int[] classes) {
  /** Number of images. */
  public int count() {
    return (int) images.size(0);
  }
}
