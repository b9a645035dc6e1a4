package io.momentgan.data.idx;

import io.momentgan.data.FileLocation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The files of an IDX data set: found, not yet opened.
 *
 * @param trainingImages images to train on
 * @param trainingLabels their labels
 * @param testImages images to measure with
 * @param testLabels their labels
 */
public record IdxFiles(
    FileLocation trainingImages,
    Optional<FileLocation> trainingLabels,
    Optional<FileLocation> testImages,
    Optional<FileLocation> testLabels) {
  private static final String TRAINING = "train";
  private static final String TEST = "t10k";

  /**
   * Finds the files of a folder by their usual names.
   *
   * @param firstOf the first of some names that is there
   * @param missing thrown without training images
   */
  static IdxFiles inFolder(
      Function<List<String>, Optional<FileLocation>> firstOf, Supplier<RuntimeException> missing) {
    FileLocation images = firstOf.apply(trainingImageNames()).orElseThrow(missing);
    Optional<FileLocation> testImages = firstOf.apply(names(TEST, IdxKind.IMAGES));
    return new IdxFiles(
        images,
        firstOf.apply(names(TRAINING, IdxKind.LABELS)),
        testImages,
        testImages.flatMap(file -> firstOf.apply(names(TEST, IdxKind.LABELS))));
  }

  /** Training images alone, with the labels beside them if there are some. */
  static IdxFiles of(FileLocation images, Optional<FileLocation> labels) {
    return new IdxFiles(images, labels, Optional.empty(), Optional.empty());
  }

  static List<String> trainingImageNames() {
    return names(TRAINING, IdxKind.IMAGES);
  }

  /** Names under which a split's images or labels circulate, the usual one first. */
  private static List<String> names(String split, IdxKind kind) {
    String start = split + "-" + kind.title();
    String end = "idx" + kind.dimensions() + "-ubyte";
    return List.of(
        start + "-" + end + ".gz", start + "-" + end, start + "." + end, start + "." + end + ".gz");
  }

  /** Names of the labels that belong to an image file; none if its name does not say images. */
  static List<String> labelsBeside(String imageFile) {
    if (!imageFile.contains("images")) {
      return List.of();
    }
    String name = imageFile.replace("images", "labels").replace("idx3", "idx1");
    List<String> names = new ArrayList<>(List.of(name));
    names.add(name.endsWith(".gz") ? name.substring(0, name.length() - 3) : name + ".gz");
    return names;
  }

  /** Whether the last part of a URL names a file rather than a folder. */
  static boolean isFile(String name) {
    return name.endsWith(".gz") || name.contains("ubyte") || name.endsWith(".idx");
  }
}
