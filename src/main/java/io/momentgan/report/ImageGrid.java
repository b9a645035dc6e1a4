package io.momentgan.report;

import io.momentgan.data.ImageShape;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import javax.imageio.ImageIO;

/**
 * Images side by side, row by row.
 *
 * <p>A value v is drawn as round((v - low) / (high - low) * 255); values outside are clamped, NaN
 * is black. The picture is {@code columns * width * scale + (columns - 1) * gap} pixels wide, and
 * as high accordingly: there is a gap between tiles and none around them.
 *
 * @param shape shape of each image, of 1 (grey) or 3 (RGB) channels
 * @param columns tiles per row
 * @param gap pixels between tiles
 * @param scale pixels per image pixel, in each direction
 * @param low value that is drawn black
 * @param high value that is drawn white
 */
public record ImageGrid(ImageShape shape, int columns, int gap, int scale, float low, float high) {
  private static final int GAP_PIXELS = 2;
  private static final int SMALL_PIXELS = 64;
  private static final Color BETWEEN = new Color(0x80, 0x80, 0x80);

  /** Checks each component. */
  public ImageGrid {
    if (shape.channels() != 1 && shape.channels() != 3) {
      throw new IllegalArgumentException(
          "Invalid shape: %s (must have 1 or 3 channels)".formatted(shape));
    }
    if (columns < 1 || gap < 0 || scale < 1) {
      throw new IllegalArgumentException(
          "Invalid grid: %d columns, gap %d, scale %d".formatted(columns, gap, scale));
    }
    if (!(low < high)) {
      throw new IllegalArgumentException("Invalid range: %s to %s".formatted(low, high));
    }
  }

  /**
   * A grid of images in [-1, 1] at their own size, 2 pixels apart.
   *
   * @param shape shape of each image
   * @param columns tiles per row
   */
  public static ImageGrid of(ImageShape shape, int columns) {
    return new ImageGrid(shape, columns, GAP_PIXELS, 1, -1, 1);
  }

  /** The same grid with pixels drawn as squares of this many. */
  public ImageGrid withScale(int pixels) {
    return new ImageGrid(shape, columns, gap, pixels, low, high);
  }

  /** Draws images that are small on a screen at twice their size. */
  public ImageGrid enlarged() {
    return withScale(shape.height() < SMALL_PIXELS ? 2 : 1);
  }

  /** The same grid for images in [from, to]. */
  public ImageGrid withRange(float from, float to) {
    return new ImageGrid(shape, columns, gap, scale, from, to);
  }

  /**
   * Draws images as a PNG file.
   *
   * @param images [n][channels * height * width], channel by channel
   * @return the file's bytes
   */
  public byte[] png(float[][] images) {
    return encode(draw(images));
  }

  /**
   * Draws images.
   *
   * @param images [n][channels * height * width], channel by channel; the last row may be short
   * @return an RGB image
   */
  public BufferedImage draw(float[][] images) {
    int rows = Math.max(1, (images.length + columns - 1) / columns);
    BufferedImage canvas = new BufferedImage(width(), height(rows), BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = canvas.createGraphics();
    graphics.setColor(BETWEEN);
    graphics.fillRect(0, 0, canvas.getWidth(), canvas.getHeight());
    graphics.dispose();
    for (int i = 0; i < images.length; i++) {
      tile(canvas, images[i], left(i % columns), top(i / columns));
    }
    return canvas;
  }

  int width() {
    return left(columns) - gap;
  }

  int height(int rows) {
    return top(rows) - gap;
  }

  /** The x of a column's first pixel. */
  int left(int column) {
    return column * (shape.width() * scale + gap);
  }

  /** The y of a row's first pixel. */
  int top(int row) {
    return row * (shape.height() * scale + gap);
  }

  private void tile(BufferedImage canvas, float[] image, int left, int top) {
    if (image.length != shape.features()) {
      throw new IllegalArgumentException(
          "Invalid image: %d values (must be %s)".formatted(image.length, shape));
    }
    for (int y = 0; y < shape.height() * scale; y++) {
      for (int x = 0; x < shape.width() * scale; x++) {
        canvas.setRGB(left + x, top + y, rgb(image, y / scale * shape.width() + x / scale));
      }
    }
  }

  private int rgb(float[] image, int pixel) {
    int plane = shape.channels() == 1 ? 0 : shape.height() * shape.width();
    int red = level(image[pixel]);
    int green = level(image[pixel + plane]);
    int blue = level(image[pixel + 2 * plane]);
    return red << 16 | green << 8 | blue;
  }

  private int level(float value) {
    float level = (value - low) / (high - low) * 255;
    return Math.max(0, Math.min(255, Math.round(level)));
  }

  /** Encodes a PNG file: grey if every pixel is grey, else RGB. Values are stored as they are. */
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
    if (!Arrays.stream(rgb).allMatch(ImageGrid::isGrey)) {
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
