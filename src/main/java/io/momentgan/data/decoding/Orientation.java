package io.momentgan.data.decoding;

import java.awt.image.BufferedImage;

/**
 * The turn that makes a picture upright (EXIF 2.3, tag 0x0112).
 *
 * @param transposed whether rows become columns
 * @param leftRight whether the upright picture's columns run the other way
 * @param topBottom whether the upright picture's rows run the other way
 */
record Orientation(boolean transposed, boolean leftRight, boolean topBottom) {
  static Orientation of(int exif) {
    return switch (exif) {
      case 2 -> new Orientation(false, true, false);
      case 3 -> new Orientation(false, true, true);
      case 4 -> new Orientation(false, false, true);
      case 5 -> new Orientation(true, false, false);
      case 6 -> new Orientation(true, true, false);
      case 7 -> new Orientation(true, true, true);
      case 8 -> new Orientation(true, false, true);
      default -> new Orientation(false, false, false);
    };
  }

  BufferedImage apply(BufferedImage image) {
    if (!transposed && !leftRight && !topBottom) {
      return image;
    }
    int width = transposed ? image.getHeight() : image.getWidth();
    int height = transposed ? image.getWidth() : image.getHeight();
    BufferedImage upright = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int column = leftRight ? width - 1 - x : x;
        int row = topBottom ? height - 1 - y : y;
        upright.setRGB(x, y, transposed ? image.getRGB(row, column) : image.getRGB(column, row));
      }
    }
    return upright;
  }
}
