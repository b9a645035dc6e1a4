package io.momentgan.config;

import java.io.Serializable;

/**
 * Where the images come from.
 *
 * @param uri {@code glyphs} for the embedded data set, or a folder of JPEG or PNG files, or the
 *     folder or image file of an IDX data set: a path, {@code file:}, {@code s3a:} or {@code
 *     http(s):}
 * @param limit how many of the training images are used, from the first on; 0 for all
 * @param validation how many images at the head of the training file are kept apart, as the
 *     original did with MNIST
 * @param cache folder for data sets downloaded over HTTP
 * @param glyphs settings of the embedded data set
 * @param images what is made of the files of an image folder
 */
public record DataConfig(
    String uri, int limit, int validation, String cache, Glyphs glyphs, ImagesConfig images)
    implements Serializable {
  /** Checks each setting by itself. */
  public DataConfig {
    ConfigException.check(!uri.isBlank(), "data.uri", "an empty text", "glyphs or a location");
    ConfigException.check(limit >= 0, "data.limit", limit, "0 (all) or a positive number");
    ConfigException.check(validation >= 0, "data.validation", validation, "0 or more");
    ConfigException.check(!cache.isBlank(), "data.cache", "an empty text", "a folder");
  }

  /**
   * The embedded data set of drawn digits.
   *
   * @param train number of training images, the validation images among them
   * @param test number of test images
   * @param seed seed of the drawing
   */
  public record Glyphs(int train, int test, long seed) implements Serializable {
    /** Checks each setting by itself. */
    public Glyphs {
      ConfigException.check(train > 0, "data.glyphs.train", train, "a positive number");
      ConfigException.check(test > 0, "data.glyphs.test", test, "a positive number");
    }
  }

  /**
   * The same settings with another location.
   *
   * @param newUri the location
   * @return the changed copy
   */
  public DataConfig withUri(String newUri) {
    return new DataConfig(newUri, limit, validation, cache, glyphs, images);
  }

  /**
   * The same settings with another number of validation images.
   *
   * @param count the number
   * @return the changed copy
   */
  public DataConfig withValidation(int count) {
    return new DataConfig(uri, limit, count, cache, glyphs, images);
  }

  /**
   * The same settings with another number of training images.
   *
   * @param count the number; 0 for all
   * @return the changed copy
   */
  public DataConfig withLimit(int count) {
    return new DataConfig(uri, count, validation, cache, glyphs, images);
  }
}
