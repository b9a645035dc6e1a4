package io.momentgan.data.decoding;

import com.twelvemonkeys.imageio.plugins.bmp.BMPImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.jpeg.JPEGImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi;
import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;

/** Formats of image files, told apart by their first bytes. */
public enum PictureFormat {
  JPEG,
  PNG,
  WEBP,
  BMP,
  GIF,
  TIFF;

  /** Bytes of a file's head that tell its format. */
  public static final int HEAD_BYTES = 32;

  private static final Set<Integer> BMP_HEADERS = Set.of(12, 16, 40, 52, 56, 64, 108, 124);

  /** Files like TIFF whose first picture is a thumbnail or not yet developed. */
  private static final Set<String> CAMERA_RAW =
      Set.of("cr2", "nef", "nrw", "arw", "sr2", "srf", "dng", "pef", "srw", "3fr", "iiq", "raw");

  private static final Set<String> EXTENSIONS =
      Set.of(
          "jpg", "jpeg", "jpe", "jfif", "jif", "png", "webp", "bmp", "dib", "gif", "tif", "tiff");

  private static final Set<String> COPIES =
      Set.of("bak", "old", "orig", "tmp", "temp", "part", "partial", "crdownload", "swp");

  /** Tells the format of a file by its first bytes. */
  public static Optional<PictureFormat> of(byte[] head) {
    if (starts(head, 0, 0xFF, 0xD8, 0xFF)) {
      return Optional.of(JPEG);
    }
    if (starts(head, 0, 0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A)) {
      return Optional.of(PNG);
    }
    if (starts(head, 0, 'R', 'I', 'F', 'F') && starts(head, 8, 'W', 'E', 'B', 'P')) {
      return Optional.of(WEBP);
    }
    if (starts(head, 0, 'G', 'I', 'F', '8') && starts(head, 5, 'a')) {
      return Optional.of(GIF);
    }
    if (starts(head, 0, 'I', 'I', '*', 0) || starts(head, 0, 'M', 'M', 0, '*')) {
      return Optional.of(TIFF);
    }
    // Two letters alone would also begin a text.
    return starts(head, 0, 'B', 'M') && head.length > 17 && BMP_HEADERS.contains(head[14] & 0xFF)
        ? Optional.of(BMP)
        : Optional.empty();
  }

  /**
   * Says why a file is left out before it is read.
   *
   * @param name its name
   * @param head its first bytes
   */
  public static Optional<String> unread(String name, byte[] head) {
    String extension = extension(name);
    if (COPIES.contains(extension) || name.endsWith("~")) {
      return Optional.of("a backup or an unfinished copy");
    }
    if (of(head).isPresent()) {
      return CAMERA_RAW.contains(extension) && of(head).get() == TIFF
          ? Optional.of("a raw photo, which is not read; convert it to JPEG or PNG")
          : Optional.empty();
    }
    return hasPictureExtension(name) ? Optional.empty() : Optional.of(kind(head));
  }

  /** Names what is no image of a format that is read. */
  static String kind(byte[] head) {
    String text = new String(head, StandardCharsets.ISO_8859_1);
    if (head.length == 0) {
      return "empty";
    }
    if (text.startsWith("ftyp", 4)) {
      String brand = text.substring(8, Math.min(12, text.length()));
      if (brand.startsWith("avi")) {
        return "AVIF, a format that is not read; convert it to JPEG or PNG";
      }
      return brand.matches("(?i)he[ivf].|mif1|msf1")
          ? "HEIF, a format that is not read; convert it to JPEG or PNG"
          : "not an image";
    }
    if (starts(head, 0, 0xFF, 0x0A) || text.startsWith("JXL ", 4)) {
      return "JPEG XL, a format that is not read; convert it to JPEG or PNG";
    }
    if (text.startsWith("jP  ", 4)) {
      return "JPEG 2000, a format that is not read; convert it to JPEG or PNG";
    }
    if (text.startsWith("8BPS")) {
      return "a Photoshop file, which is not read; convert it to JPEG or PNG";
    }
    if (text.startsWith("version https://git-lfs")) {
      return "a pointer of Git LFS; fetch the file by git lfs pull";
    }
    return text.stripLeading().toLowerCase(Locale.ROOT).matches("(?s)<(!doctype )?html.*")
        ? "a web page"
        : "not an image";
  }

  /** Whether a name ends as those of image files do. */
  public static boolean hasPictureExtension(String name) {
    return EXTENSIONS.contains(extension(name));
  }

  /** Returns what follows the last dot of a file's name in lower case; empty without one. */
  public static String extension(String name) {
    int dot = name.lastIndexOf('.');
    return dot <= name.lastIndexOf('/') + 1 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
  }

  /**
   * Makes a reader. Plug-ins are made by hand: ImageIO finds none in the class loaders of Spark's
   * executors, and where it does, prefers them to the JDK's.
   */
  ImageReader reader() throws IOException {
    return switch (this) {
      case JPEG, PNG, GIF -> ofJdk().createReaderInstance();
      case WEBP -> new WebPImageReaderSpi().createReaderInstance();
      case BMP -> new BMPImageReaderSpi().createReaderInstance();
      case TIFF -> new TIFFImageReaderSpi().createReaderInstance();
    };
  }

  /** Makes a reader of JPEG files of four colours, which the JDK's does not convert. */
  static ImageReader cmykReader() throws IOException {
    JPEGImageReaderSpi spi = new JPEGImageReaderSpi();
    // Tells it the JDK's reader, which it uses.
    spi.onRegistration(IIORegistry.getDefaultInstance(), ImageReaderSpi.class);
    return spi.createReaderInstance(null);
  }

  private ImageReaderSpi ofJdk() {
    Iterator<ImageReaderSpi> all =
        IIORegistry.getDefaultInstance().getServiceProviders(ImageReaderSpi.class, false);
    while (all.hasNext()) {
      ImageReaderSpi each = all.next();
      if (each.getClass().getName().startsWith("com.sun.imageio.plugins.")
          && Arrays.asList(each.getFormatNames()).contains(name())) {
        return each;
      }
    }
    throw new IllegalStateException("This JDK has no reader of " + name());
  }

  private static boolean starts(byte[] head, int at, int... expected) {
    if (head.length < at + expected.length) {
      return false;
    }
    for (int i = 0; i < expected.length; i++) {
      if ((head[at + i] & 0xFF) != expected[i]) {
        return false;
      }
    }
    return true;
  }
}
