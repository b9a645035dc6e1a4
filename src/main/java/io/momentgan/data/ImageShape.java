package io.momentgan.data;

import java.io.Serializable;

/**
 * Shape of an image.
 *
 * @param channels 1 for grey, 3 for RGB
 * @param height rows
 * @param width columns
 */
public record ImageShape(int channels, int height, int width) implements Serializable {
  public ImageShape {
    if (channels <= 0 || height <= 0 || width <= 0) {
      throw new IllegalArgumentException(
          "Invalid image shape: %dx%dx%d (must be positive)".formatted(channels, height, width));
    }
  }

  /** Reads a shape from text such as {@code 1x28x28}. */
  public static ImageShape parse(String text) {
    String[] extents = text.split("x");
    if (extents.length != 3) {
      throw new IllegalArgumentException(
          "Invalid image shape: \"%s\" (must be channels x height x width such as 1x28x28)"
              .formatted(text));
    }
    return new ImageShape(
        Integer.parseInt(extents[0]), Integer.parseInt(extents[1]), Integer.parseInt(extents[2]));
  }

  /**
   * Returns channels * height * width.
   *
   * @throws ArithmeticException from 2^31 on
   */
  public int features() {
    return Math.multiplyExact(Math.multiplyExact(channels, height), width);
  }

  @Override
  public String toString() {
    return channels + "x" + height + "x" + width;
  }
}
