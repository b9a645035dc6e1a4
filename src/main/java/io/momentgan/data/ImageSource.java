package io.momentgan.data;

import java.io.Serializable;
import java.util.Optional;

/**
 * Images that any machine can read by index: sources travel to the workers, pixels do not.
 *
 * <p>Deterministic: equal indices give equal bytes on any machine, at any time.
 */
public interface ImageSource extends Serializable {
  int count();

  ImageShape shape();

  /** Says which sizes stored pictures had before they were resized; empty where none were. */
  default Optional<StoredSizes> originals() {
    return Optional.empty();
  }

  /**
   * Names the file of an image, as a path or URI; for one in an archive the path there follows.
   *
   * @param index 0..count-1
   * @return empty where a file holds many images
   */
  default Optional<String> file(int index) {
    return Optional.empty();
  }

  /**
   * Reads images with their labels.
   *
   * @param indices each in 0..count-1; the result has this order
   * @throws DataException when a file is unreachable, truncated or changed
   */
  Images read(int[] indices);
}
