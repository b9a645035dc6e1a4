package io.momentgan.step;

import io.momentgan.engine.Rows;

/**
 * A batch of images with their classes.
 *
 * @param images rows [n, features]
 * @param classes the class of each image, or an empty array where classes are not used; never
 *     mutated
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record Batch(Rows images, int[] classes) {
  /** Number of images. */
  public int count() {
    return images.count();
  }
}
