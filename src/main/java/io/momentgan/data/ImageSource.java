package io.momentgan.data;

import java.io.Serializable;

/**
 * Images that any machine can read by index: sources travel to the workers, pixels do not.
 *
 * <p>Deterministic: the same source gives the same bytes for the same indices, anywhere, any time.
 */
public interface ImageSource extends Serializable {
  /** Number of images. */
  int count();

  /** Shape of each image. */
  ImageShape shape();

  /**
   * Reads images.
   *
   * @param indices which, each in 0..count-1; the result has this order
   * @return the images with their labels
   * @throws DataException when a file is unreachable, truncated or not what it was
   */
  Images read(int[] indices);
}
