package io.momentgan.data;

import io.momentgan.data.glyphs.GlyphSource;
import io.momentgan.data.idx.PublishedFile;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Images to train on, to tune with and to measure with, checked and ready to read anywhere.
 *
 * @param kind what the images come from
 * @param uri location as given in the settings
 * @param training the images to train on, after the validation images and up to the limit
 * @param validation the images at the head of the training file, where some are kept apart
 * @param test the images to measure with, where there are some
 * @param files the files behind the images; none for glyphs
 * @param rejected files of an image folder that are not used
 * @param fingerprint the same exactly when the images of each split are the same, in 16 hexadecimal
 *     digits
 */
public record DataSet(
    Kind kind,
    String uri,
    ImageSource training,
    Optional<ImageSource> validation,
    Optional<ImageSource> test,
    List<DataFile> files,
    List<RejectedImage> rejected,
    String fingerprint) {
  /** Where images come from. */
  public enum Kind {
    /** The embedded digits, see {@link GlyphSource}. */
    GLYPHS,
    /** Files in the format of MNIST. */
    IDX,
    /** A folder of JPEG and PNG files. */
    IMAGES;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Copies the list. */
  public DataSet {
    files = List.copyOf(files);
    rejected = List.copyOf(rejected);
  }

  /** Shape of the images of every split. */
  public ImageShape shape() {
    return training.shape();
  }

  /** One line about the authenticity of the files, such as "MNIST, MD5 ok". */
  public String verdict() {
    return switch (kind) {
      case GLYPHS -> "drawn by MomentGAN, version " + GlyphSource.VERSION;
      case IDX -> PublishedFile.verdict(files);
      case IMAGES -> "%d files rejected".formatted(rejected.size());
    };
  }
}
