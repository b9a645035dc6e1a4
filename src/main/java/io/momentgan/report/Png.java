package io.momentgan.report;

import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import javax.imageio.ImageIO;

/** PNG files: grey ones where every pixel is grey, else RGB. Values are stored as they are. */
final class Png {
  private Png() {}

  static byte[] encode(BufferedImage image) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      if (!ImageIO.write(compact(image), "png", out)) {
        throw new IllegalStateException("This JDK has no PNG writer");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot encode a PNG", e);
    }
    return out.toByteArray();
  }

  private static BufferedImage compact(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    int[] rgb = image.getRGB(0, 0, width, height, null, 0, width);
    if (!Arrays.stream(rgb).allMatch(Png::isGrey)) {
      return image;
    }
    BufferedImage grey = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    // By raster: setRGB would convert sRGB to Java's linear grey and change the values.
    WritableRaster raster = grey.getRaster();
    raster.setSamples(0, 0, width, height, 0, Arrays.stream(rgb).map(p -> p & 0xFF).toArray());
    return grey;
  }

  private static boolean isGrey(int pixel) {
    int blue = pixel & 0xFF;
    return (pixel >> 8 & 0xFF) == blue && (pixel >> 16 & 0xFF) == blue;
  }
}
