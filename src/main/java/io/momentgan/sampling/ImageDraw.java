package io.momentgan.sampling;

import io.momentgan.data.Images;
import java.io.Serializable;

/** Images made where they are needed; an image depends on its index alone. */
public interface ImageDraw extends Serializable {
  /** The most images there are. */
  int count();

  /**
   * Makes images.
   *
   * @param from index of the first
   * @param to one past the last, at most {@link #count}
   * @return the images with their classes, real or asked for, if there are any
   */
  Images draw(int from, int to);
}
