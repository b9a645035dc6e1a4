package io.momentgan.data.pictures;

import com.drew.imaging.ImageMetadataReader;
import com.drew.imaging.ImageProcessingException;
import com.drew.metadata.MetadataException;
import com.drew.metadata.exif.ExifIFD0Directory;
import com.twelvemonkeys.image.ResampleOp;
import io.momentgan.config.DataConfig.ImagesConfig;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.Locale;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * Decodes JPEG and PNG files to images of one shape: turned upright by their EXIF orientation,
 * cropped around the centre to the shape's proportions, and resized by Lanczos resampling. Its
 * kernel widens with the reduction, so nothing aliases.
 */
final class ImageDecoder {
  private static final Set<String> FORMATS = Set.of("jpeg", "png");
  private static final int OPAQUE_BANDS = 3;
  private static final String OTHER_COLOURS = "neither grey nor RGB (CMYK?)";

  private final ImagesConfig config;

  ImageDecoder(ImagesConfig config) {
    this.config = config;
  }

  /**
   * Decodes a file.
   *
   * @param file the bytes of a JPEG or PNG file
   * @return values in 0..255 (unsigned) in channel (red, green, blue, or grey), row, column order
   * @throws RejectedImageException when the file is damaged, too large, or neither grey nor RGB
   */
  byte[] decode(byte[] file) throws RejectedImageException {
    BufferedImage upright = Orientation.of(orientation(file)).apply(read(file));
    BufferedImage cropped = config.crop() ? crop(upright) : upright;
    return planes(
        new ResampleOp(config.width(), config.height(), ResampleOp.FILTER_LANCZOS)
            .filter(cropped, null));
  }

  /** Height and width of a stored picture, such as 480x640. */
  static String size(byte[] file) {
    try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(file))) {
      ImageReader reader = ImageIO.getImageReaders(in).next();
      try {
        reader.setInput(in, true, true);
        return reader.getHeight(0) + "x" + reader.getWidth(0);
      } finally {
        reader.dispose();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private BufferedImage read(byte[] file) throws RejectedImageException {
    try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(file))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw new RejectedImageException("neither JPEG nor PNG");
      }
      ImageReader reader = readers.next();
      try {
        return read(reader, in);
      } finally {
        reader.dispose();
      }
    } catch (IOException | RuntimeException e) {
      String reason = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new RejectedImageException(
          reason.contains("Unsupported Image Type") ? OTHER_COLOURS : "damaged: " + reason);
    }
  }

  private BufferedImage read(ImageReader reader, ImageInputStream in)
      throws IOException, RejectedImageException {
    if (!FORMATS.contains(reader.getFormatName().toLowerCase(Locale.ROOT))) {
      throw new RejectedImageException(
          "neither JPEG nor PNG but " + reader.getFormatName().toUpperCase(Locale.ROOT));
    }
    reader.setInput(in, true, true);
    // Before any pixel is decoded: a small file may unfold to gigabytes.
    long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
    if (pixels > config.maxPixels()) {
      throw new RejectedImageException(
          "%d x %d pixels, more than data.images.max-pixels %d"
              .formatted(reader.getWidth(0), reader.getHeight(0), config.maxPixels()));
    }
    StringBuilder warnings = new StringBuilder();
    reader.addIIOReadWarningListener((source, warning) -> warnings.append(warning));
    BufferedImage image = reader.read(0);
    // The JPEG reader fills in missing data and only warns.
    if (!warnings.isEmpty()) {
      throw new RejectedImageException("damaged: " + warnings);
    }
    // Java reads four channels without a marker as RGB and alpha, which JPEG does not have.
    boolean jpeg = reader.getFormatName().equalsIgnoreCase("jpeg");
    if (jpeg && image.getRaster().getNumBands() > OPAQUE_BANDS) {
      throw new RejectedImageException(OTHER_COLOURS);
    }
    return rgb(image);
  }

  // Grey is copied by hand: Java draws it through a linear colour space, which lightens it.
  private static BufferedImage rgb(BufferedImage image) throws RejectedImageException {
    BufferedImage rgb =
        new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
    int bands = image.getRaster().getNumBands();
    if (bands < OPAQUE_BANDS && !(image.getColorModel() instanceof IndexColorModel)) {
      copyGrey(image, rgb);
      return rgb;
    }
    Graphics2D graphics = rgb.createGraphics();
    graphics.drawImage(image, 0, 0, null);
    graphics.dispose();
    return rgb;
  }

  private static void copyGrey(BufferedImage image, BufferedImage rgb) {
    Raster raster = image.getRaster();
    int bits = image.getColorModel().getComponentSize(0);
    int most = (1 << bits) - 1;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int grey = Math.round(255f * raster.getSample(x, y, 0) / most);
        rgb.setRGB(x, y, grey << 16 | grey << 8 | grey);
      }
    }
  }

  private static int orientation(byte[] file) {
    try {
      ExifIFD0Directory exif =
          ImageMetadataReader.readMetadata(new ByteArrayInputStream(file))
              .getFirstDirectoryOfType(ExifIFD0Directory.class);
      return exif != null && exif.containsTag(ExifIFD0Directory.TAG_ORIENTATION)
          ? exif.getInt(ExifIFD0Directory.TAG_ORIENTATION)
          : 1;
    } catch (ImageProcessingException | MetadataException | IOException e) {
      return 1; // a picture without readable metadata stays as it is
    }
  }

  /** Crops the largest central part with the shape's proportions. */
  private BufferedImage crop(BufferedImage image) {
    double scale =
        Math.min(
            image.getWidth() / (double) config.width(),
            image.getHeight() / (double) config.height());
    int width = Math.max(1, (int) Math.round(config.width() * scale));
    int height = Math.max(1, (int) Math.round(config.height() * scale));
    int left = (int) Math.round((image.getWidth() - width) / 2.0);
    int top = (int) Math.round((image.getHeight() - height) / 2.0);
    return image.getSubimage(left, top, width, height);
  }

  private byte[] planes(BufferedImage image) {
    int plane = config.width() * config.height();
    byte[] values = new byte[config.channels() * plane];
    int[] rgb = image.getRGB(0, 0, config.width(), config.height(), null, 0, config.width());
    for (int i = 0; i < plane; i++) {
      int red = rgb[i] >> 16 & 0xFF;
      int green = rgb[i] >> 8 & 0xFF;
      int blue = rgb[i] & 0xFF;
      if (config.channels() == 1) {
        values[i] = (byte) Math.round(0.299 * red + 0.587 * green + 0.114 * blue); // ITU-R BT.601
      } else {
        values[i] = (byte) red;
        values[plane + i] = (byte) green;
        values[2 * plane + i] = (byte) blue;
      }
    }
    return values;
  }
}
