package io.momentgan.data;

import java.io.Serializable;

/**
 * A block of images, one byte per value.
 *
 * @param shape shape of each image
 * @param pixels values in 0..255 (unsigned), image after image, each in channel, row, column order;
 *     never mutated
 * @param labels one class per image, or an empty array where there are none; never mutated
 */
@SuppressWarnings("ArrayRecordComponent") // blocks are compared by nobody
public record Images(ImageShape shape, byte[] pixels, byte[] labels) implements Serializable {
  public Images {
    if (pixels.length % shape.features() != 0) {
      throw new IllegalArgumentException(
          "Invalid pixels: %d bytes are no multiple of %s".formatted(pixels.length, shape));
    }
    if (labels.length != 0 && labels.length != pixels.length / shape.features()) {
      throw new IllegalArgumentException(
          "Invalid labels: %d for %d images"
              .formatted(labels.length, pixels.length / shape.features()));
    }
  }

  public int count() {
    return pixels.length / shape.features();
  }
}
