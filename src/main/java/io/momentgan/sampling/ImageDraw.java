package io.momentgan.sampling;

import io.momentgan.data.Images;
import java.io.Serializable;

/**
 * Images to measure, made where they are needed. Deterministic: an image depends on its index
 * alone.
 */
public interface ImageDraw extends Serializable {
  /** How many there are at most. */
  int count();

  /**
   * Makes images.
   *
   * @param from index of the first
   * @param to one past the last, at most {@link #count}
   * @return the images, with the class that each is of or that its generator was asked for, if any
   */
  Images draw(int from, int to);
}
