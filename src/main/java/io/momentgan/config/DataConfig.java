package io.momentgan.config;

import static io.momentgan.config.ConfigException.check;
import static io.momentgan.config.ConfigException.checkPositive;

import java.io.Serializable;

/**
 * The source of the images.
 *
 * @param uri {@code glyphs} for the embedded data set, or a folder or archive of image files, or
 *     the folder or image file of an IDX data set: a path, {@code file:}, {@code s3a:} or {@code
 *     http(s):}
 * @param limit use only the first so many training images, spread over images that are in the order
 *     of classes; 0 for all
 * @param validation number of images at the head of the training file that are held out, as in the
 *     original with MNIST; spread likewise
 * @param cache folder for data sets downloaded over HTTP
 * @param transpose whether to swap rows and columns of images from arrays and tables of pixels, as
 *     EMNIST needs
 * @param glyphs settings of the embedded data set
 * @param images settings of image folders
 */
public record DataConfig(
    String uri,
    int limit,
    int validation,
    String cache,
    boolean transpose,
    Glyphs glyphs,
    ImagesConfig images)
    implements Serializable {
  public DataConfig {
    check(!uri.isBlank(), "uri", "an empty text", "glyphs or a location");
    check(limit >= 0, "limit", limit, "0 (all) or a positive number");
    check(validation >= 0, "validation", validation, "0 or more");
    check(!cache.isBlank(), "cache", "an empty text", "a folder");
  }

  /**
   * The embedded data set of drawn digits.
   *
   * @param train number of training images, including the validation images
   * @param test number of test images
   * @param seed seed of the drawing
   */
  public record Glyphs(int train, int test, long seed) implements Serializable {
    public Glyphs {
      checkPositive("train", train);
      checkPositive("test", test);
    }
  }

  /**
   * How the files of an image folder become images of one shape.
   *
   * @param channels 3 for RGB, 1 for grey
   * @param height rows that each image is resized to
   * @param width columns that each image is resized to
   * @param crop whether to cut out the largest centred part of the right proportions; without it
   *     images are squeezed
   * @param flip whether to use each image a second time, mirrored left to right
   * @param background colour behind transparent pixels, {@code #rrggbb}; each channel c with
   *     opacity a becomes a c + (1 - a) background
   * @param maxPixels largest number of pixels of a decoded file; a file may have 4 bytes for each
   * @param rejectedShare largest share of files that may be unusable
   */
  public record ImagesConfig(
      int channels,
      int height,
      int width,
      boolean crop,
      boolean flip,
      String background,
      long maxPixels,
      double rejectedShare)
      implements Serializable {
    private static final long MOST_PIXELS = 500_000_000; // a file's bytes fit one array

    public ImagesConfig {
      check(channels == 1 || channels == 3, "channels", channels, "1 (grey) or 3 (RGB)");
      checkPositive("height", height);
      checkPositive("width", width);
      check(
          background.matches("#[0-9a-fA-F]{6}"),
          "background",
          '"' + background + '"',
          "a colour such as \"#ffffff\"");
      checkPositive("max-pixels", maxPixels);
      check(maxPixels <= MOST_PIXELS, "max-pixels", maxPixels, "at most " + MOST_PIXELS);
      check(
          rejectedShare >= 0 && rejectedShare <= 1,
          "rejected-share",
          rejectedShare,
          "a share in [0, 1]");
    }
  }

  /** Returns the location as files and messages may show it. */
  public String shownUri() {
    return Credentials.withoutQuery(uri);
  }

  /** Copies these settings with another location. */
  public DataConfig withUri(String newUri) {
    return new DataConfig(newUri, limit, validation, cache, transpose, glyphs, images);
  }

  /** Copies these settings with another number of validation images. */
  public DataConfig withValidation(int count) {
    return new DataConfig(uri, limit, count, cache, transpose, glyphs, images);
  }

  /** Copies these settings with another number of training images; 0 for all. */
  public DataConfig withLimit(int count) {
    return new DataConfig(uri, count, validation, cache, transpose, glyphs, images);
  }
}
