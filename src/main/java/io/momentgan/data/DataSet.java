package io.momentgan.data;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Images to train on, to tune with and to measure with, checked and ready to read anywhere.
 *
 * @param kind source of the images
 * @param uri location as given in the settings
 * @param training images to train on: those after the validation images, up to the limit; spread
 *     likewise
 * @param validation images at the head of the training file, or spread over one that is in the
 *     order of classes, if some are kept apart
 * @param test images to measure with, if there are some
 * @param files files behind the images; none for glyphs
 * @param rejected files of the location that are not used
 * @param classes names of the classes, class 0 first; empty where labels are only numbers
 * @param verdict one line about the authenticity of the files, such as "MNIST, MD5 ok"
 * @param fingerprint 16 hexadecimal digits, equal exactly when the images of each split are equal
 */
public record DataSet(
    Kind kind,
    String uri,
    ImageSource training,
    Optional<ImageSource> validation,
    Optional<ImageSource> test,
    List<StoredFile> files,
    List<RejectedFile> rejected,
    List<String> classes,
    String verdict,
    String fingerprint) {
  /** Source of images. */
  public enum Kind {
    /** The embedded digits. */
    GLYPHS,
    /** Files in the format of MNIST. */
    IDX,
    /** NumPy's arrays, {@code .npy} and {@code .npz}. */
    NUMPY,
    /** MATLAB's MAT-files, such as SVHN's. */
    MATLAB,
    /** The binary version of CIFAR-10 or CIFAR-100. */
    CIFAR,
    /** Tables of pixels as text. */
    CSV,
    /** Tables of encoded images and labels. */
    PARQUET,
    /** A folder or archive of image files. */
    IMAGES;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A file that a data set is read from.
   *
   * @param location where it lies
   * @param md5 MD5 of its uncompressed contents in hexadecimal
   * @param verdict whether the MD5 is known, such as "MNIST train-images, MD5 ok"
   */
  public record StoredFile(String location, String md5, String verdict) {}

  /**
   * A file of the location that is not used; a line of {@code rejected.jsonl}.
   *
   * @param file its location
   * @param reason why
   */
  public record RejectedFile(String file, String reason) {}

  public DataSet {
    files = List.copyOf(files);
    rejected = List.copyOf(rejected);
    classes = List.copyOf(classes);
  }

  public ImageShape shape() {
    return training.shape();
  }
}
