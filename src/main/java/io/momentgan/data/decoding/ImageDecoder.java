package io.momentgan.data.decoding;

import com.twelvemonkeys.image.ResampleOp;
import com.twelvemonkeys.imageio.stream.ByteArrayImageInputStream;
import io.momentgan.config.DataConfig.ImagesConfig;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.regex.Pattern;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * Decodes image files to images of one shape: turned upright by their EXIF orientation, blended
 * over the background where they are transparent, cropped around the centre to the shape's
 * proportions, and resized by Lanczos resampling. Its kernel widens with the reduction, so nothing
 * aliases.
 */
public final class ImageDecoder {
  /** Bytes that a file may have for each pixel of the largest picture. */
  private static final int BYTES_PER_PIXEL = 4;

  private static final int OPAQUE_BANDS = 3;
  private static final int OPAQUE = 255;
  private static final int MOST_BITS = 16;

  /** Warnings about whole pictures; others tell of missing data that the readers fill in. */
  private static final Pattern HARMLESS =
      Pattern.compile("(?i).*(extraneous bytes|icc|profile|adobe|jfif revision).*");

  private static final Pattern INCOMPLETE =
      Pattern.compile("(?is).*(truncat|premature|corrupt|unexpected end|eof).*");

  /** Pictures are decoded side by side; one that memory did not suffice for, alone. */
  private static final ReadWriteLock MEMORY = new ReentrantReadWriteLock();

  private final ImagesConfig config;
  private final int background;

  /**
   * Makes a decoder.
   *
   * @param config shape, background and limits of the images
   */
  public ImageDecoder(ImagesConfig config) {
    this.config = config;
    this.background = Integer.parseInt(config.background().substring(1), 16);
  }

  private record Stored(BufferedImage image, boolean transparent) {}

  /** Returns the largest number of bytes of a file. */
  public int mostBytes() {
    return Math.toIntExact(BYTES_PER_PIXEL * config.maxPixels() + (1 << 20));
  }

  /**
   * Decodes a file.
   *
   * @param file the bytes of an image file
   * @return its values, red, green and blue or grey
   * @throws RejectedImageException when the file is damaged, too large, or of no format that is
   *     read; no other failure of a decoder gets out
   */
  public DecodedPicture decode(byte[] file) throws RejectedImageException {
    MEMORY.readLock().lock();
    try {
      return decodeNow(file);
    } catch (OutOfMemoryError e) {
      // Again below: either all pictures together were too large, or this one's header lies.
    } finally {
      MEMORY.readLock().unlock();
    }
    MEMORY.writeLock().lock();
    try {
      return decodeNow(file);
    } catch (OutOfMemoryError e) {
      throw new RejectedImageException("damaged: needs more memory than this JVM has");
    } finally {
      MEMORY.writeLock().unlock();
    }
  }

  private DecodedPicture decodeNow(byte[] file) throws RejectedImageException {
    byte[] head = Arrays.copyOf(file, Math.min(file.length, PictureFormat.HEAD_BYTES));
    PictureFormat format =
        PictureFormat.of(head)
            .orElseThrow(() -> new RejectedImageException(PictureFormat.kind(head)));
    if (file.length > mostBytes()) {
      throw tooManyBytes();
    }
    try {
      Stored stored =
          switch (format) {
            case JPEG -> jpeg(file);
            case PNG -> png(file);
            case WEBP -> webp(file);
            case TIFF -> upright(other(format, file), ExifOrientation.ofTiff(file));
            case BMP, GIF -> other(format, file);
          };
      BufferedImage image = stored.image();
      BufferedImage cropped = config.crop() ? crop(image) : image;
      byte[] values =
          planes(
              new ResampleOp(config.width(), config.height(), ResampleOp.FILTER_LANCZOS)
                  .filter(cropped, null));
      return new DecodedPicture(values, image.getWidth(), image.getHeight(), stored.transparent());
    } catch (IOException | RuntimeException | StackOverflowError | InternalError e) {
      throw new RejectedImageException("damaged: " + reason(e));
    }
  }

  private static String reason(Throwable e) {
    String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    if (e instanceof EOFException || message.contains("EOFException")) {
      return "ends too early";
    }
    return e.getMessage() == null ? e.getClass().getSimpleName() : message;
  }

  RejectedImageException tooManyBytes() {
    return new RejectedImageException(
        "more than %d bytes, 4 for each of data.images.max-pixels".formatted(mostBytes()));
  }

  // First as ever: the JDK converts colours by the profile. Then without what it stumbles over.
  private Stored jpeg(byte[] file) throws IOException, RejectedImageException {
    JpegSegments segments = JpegSegments.of(file);
    int orientation = ExifOrientation.of(segments.exif());
    if (segments.components() > OPAQUE_BANDS) {
      return upright(cmyk(file), orientation);
    }
    List<String> warnings = new ArrayList<>();
    BufferedImage image = null;
    try {
      image = read(PictureFormat.JPEG.reader(), file, warnings);
    } catch (IOException | RuntimeException e) {
      warnings.add(String.valueOf(e.getMessage()));
    }
    if (image == null || !warnings.isEmpty()) {
      warnings.clear();
      image = read(PictureFormat.JPEG.reader(), segments.plain(), warnings);
    }
    requireWhole(warnings);
    return upright(flat(image, new int[0]), orientation);
  }

  private Stored cmyk(byte[] file) throws IOException, RejectedImageException {
    List<String> warnings = new ArrayList<>();
    BufferedImage image = read(PictureFormat.cmykReader(), file, warnings);
    requireWhole(warnings);
    return flat(image, new int[0]);
  }

  private static void requireWhole(List<String> warnings) throws RejectedImageException {
    for (String warning : warnings) {
      if (!HARMLESS.matcher(warning).matches()) {
        throw new RejectedImageException("damaged: " + warning);
      }
    }
  }

  private Stored png(byte[] file) throws IOException, RejectedImageException {
    PngChunks chunks = PngChunks.of(file);
    List<String> warnings = new ArrayList<>();
    BufferedImage image = read(PictureFormat.PNG.reader(), chunks.file(), warnings);
    if (!warnings.isEmpty()) {
      throw new RejectedImageException("damaged: " + warnings.get(0));
    }
    return upright(flat(image, chunks.transparentSamples()), ExifOrientation.of(chunks.exif()));
  }

  private Stored webp(byte[] file) throws IOException, RejectedImageException {
    long declared = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(4) & 0xFFFFFFFFL;
    if (declared + 8 > file.length + 1L) { // some programs leave out the last padding byte
      throw new RejectedImageException(
          "damaged: found %d bytes, expected %d".formatted(file.length, declared + 8));
    }
    return upright(other(PictureFormat.WEBP, file), ExifOrientation.ofWebp(file));
  }

  private Stored other(PictureFormat format, byte[] file)
      throws IOException, RejectedImageException {
    List<String> warnings = new ArrayList<>();
    BufferedImage image = read(format.reader(), file, warnings);
    for (String warning : warnings) {
      if (INCOMPLETE.matcher(warning).matches()) {
        throw new RejectedImageException("damaged: " + warning);
      }
    }
    return flat(image, new int[0]);
  }

  private BufferedImage read(ImageReader reader, byte[] file, List<String> warnings)
      throws IOException, RejectedImageException {
    try (ImageInputStream in = new ByteArrayImageInputStream(file)) {
      reader.setInput(in, true, true);
      // Before any pixel is decoded: a small file may unfold to gigabytes.
      long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
      if (pixels > config.maxPixels()) {
        throw new RejectedImageException(
            "%d x %d pixels, more than data.images.max-pixels %d"
                .formatted(reader.getWidth(0), reader.getHeight(0), config.maxPixels()));
      }
      reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
      return reader.read(0);
    } finally {
      reader.dispose();
    }
  }

  private static Stored upright(Stored stored, int exif) {
    return new Stored(Orientation.of(exif).apply(stored.image()), stored.transparent());
  }

  /**
   * Blends a picture over the background.
   *
   * @param transparent the stored colour that is transparent, a sample per channel; empty for none
   */
  private Stored flat(BufferedImage image, int[] transparent) throws RejectedImageException {
    BufferedImage rgb =
        new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
    Raster raster = image.getRaster();
    int bits = image.getColorModel().getComponentSize(0);
    int type = raster.getTransferType();
    if (bits > MOST_BITS || type == DataBuffer.TYPE_FLOAT || type == DataBuffer.TYPE_DOUBLE) {
      throw new RejectedImageException(
          "samples of %d bits, more than the 16 that are read".formatted(bits));
    }
    boolean indexed = image.getColorModel() instanceof IndexColorModel;
    boolean shows = image.getColorModel().hasAlpha();
    // Grey is copied by hand: Java draws it through a linear colour space, which lightens it.
    if (raster.getNumBands() < OPAQUE_BANDS && !indexed) {
      copyGrey(image, rgb);
    } else {
      Graphics2D graphics = rgb.createGraphics();
      graphics.setColor(new Color(background));
      graphics.fillRect(0, 0, rgb.getWidth(), rgb.getHeight());
      graphics.drawImage(image, 0, 0, null);
      graphics.dispose();
    }
    boolean byColour =
        !indexed && !shows && transparent.length > 0 && transparent.length == raster.getNumBands();
    if (byColour) {
      clear(raster, transparent, rgb);
    }
    return new Stored(rgb, shows || byColour);
  }

  private void copyGrey(BufferedImage image, BufferedImage rgb) {
    Raster raster = image.getRaster();
    boolean blends = image.getColorModel().hasAlpha() && raster.getNumBands() > 1;
    int most = (1 << image.getColorModel().getComponentSize(0)) - 1;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        float grey = 255f * raster.getSample(x, y, 0) / most;
        float opacity = blends ? (float) raster.getSample(x, y, 1) / most : 1;
        rgb.setRGB(x, y, blend(grey, opacity));
      }
    }
  }

  private int blend(float grey, float opacity) {
    if (opacity == 1) {
      return Math.round(grey) * 0x010101;
    }
    int colour = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
      int behind = background >> shift & 0xFF;
      colour |= Math.round(opacity * grey + (1 - opacity) * behind) << shift;
    }
    return colour;
  }

  private void clear(Raster raster, int[] transparent, BufferedImage rgb) {
    int[] samples = new int[raster.getNumBands()];
    for (int y = 0; y < rgb.getHeight(); y++) {
      for (int x = 0; x < rgb.getWidth(); x++) {
        if (Arrays.equals(raster.getPixel(x, y, samples), transparent)) {
          rgb.setRGB(x, y, OPAQUE << 24 | background);
        }
      }
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
