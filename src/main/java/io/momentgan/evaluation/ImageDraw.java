package io.momentgan.evaluation;

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
   * @return values in 0..255 (unsigned), image after image, each in channel, row, column order
   */
  byte[] pixels(int from, int to);
}
