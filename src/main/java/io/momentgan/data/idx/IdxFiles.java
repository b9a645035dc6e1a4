package io.momentgan.data.idx;

import io.momentgan.data.DataException;
import io.momentgan.data.DataSet.RejectedFile;
import io.momentgan.data.FileLocation;
import io.momentgan.data.arrays.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The files of an IDX data set: found, not yet opened.
 *
 * @param trainingImages images to train on
 * @param trainingLabels their labels
 * @param testImages images to measure with
 * @param testLabels their labels
 * @param mapping names of the classes, as EMNIST has them
 * @param family what their names begin with, such as {@code emnist-letters}; empty for MNIST's
 * @param rejected files beside them that are not used
 */
public record IdxFiles(
    FileLocation trainingImages,
    Optional<FileLocation> trainingLabels,
    Optional<FileLocation> testImages,
    Optional<FileLocation> testLabels,
    Optional<FileLocation> mapping,
    String family,
    List<RejectedFile> rejected) {
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
        testImages.flatMap(file -> firstOf.apply(names(TEST, IdxKind.LABELS))),
        Optional.empty(),
        "",
        List.of());
  }

  /** Training images alone, with the labels beside them if there are some. */
  static IdxFiles of(FileLocation images, Optional<FileLocation> labels) {
    return new IdxFiles(
        images, labels, Optional.empty(), Optional.empty(), Optional.empty(), "", List.of());
  }

  /**
   * The files of one family.
   *
   * @param place where they lie
   * @param family files of one data set
   */
  static IdxFiles of(Place place, List<IdxName> family) {
    List<IdxName> used = new ArrayList<>();
    Optional<IdxName> testImages = IdxName.first(family, true, IdxKind.IMAGES);
    IdxName images = IdxName.first(family, false, IdxKind.IMAGES).orElseThrow();
    used.add(images);
    Optional<IdxName> labels = IdxName.first(family, false, IdxKind.LABELS);
    labels.ifPresent(used::add);
    testImages.ifPresent(used::add);
    Optional<IdxName> testLabels =
        testImages.flatMap(test -> IdxName.first(family, true, IdxKind.LABELS));
    testLabels.ifPresent(used::add);
    String mapping = images.folder() + images.family() + "-mapping.txt";
    Optional<String> names =
        place.files().keySet().stream()
            .filter(file -> labels.isPresent() && file.equalsIgnoreCase(mapping))
            .findFirst();
    return new IdxFiles(
        place.files().get(images.path()),
        labels.map(name -> place.files().get(name.path())),
        testImages.map(name -> place.files().get(name.path())),
        testLabels.map(name -> place.files().get(name.path())),
        names.map(place.files()::get),
        images.family(),
        rejected(place, family, used, names));
  }

  private static List<RejectedFile> rejected(
      Place place, List<IdxName> family, List<IdxName> used, Optional<String> mapping) {
    List<RejectedFile> rejected = new ArrayList<>();
    if (place.given().isPresent()) {
      return rejected;
    }
    for (String file : place.files().keySet()) {
      if (used.stream().noneMatch(name -> name.path().equals(file))
          && mapping.filter(file::equals).isEmpty()) {
        rejected.add(new RejectedFile(place.text(file), reason(file, family, used)));
      }
    }
    return rejected;
  }

  private static String reason(String file, List<IdxName> family, List<IdxName> used) {
    Optional<IdxName> name = IdxName.parse(file);
    if (name.isEmpty()) {
      return "not an IDX file of images or labels, by its name";
    }
    if (!family.contains(name.get())) {
      return "IDX file of another data set; to use it, set data.uri to it";
    }
    return used.stream()
        .filter(other -> other.sameRole(name.get()))
        .findFirst()
        .map(other -> "second copy of " + other.path())
        .orElse("labels without images");
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
    String plain = imageFile.replace("images", "labels");
    List<String> names = new ArrayList<>();
    String name = plain.replace("idx3", "idx1").replace("idx4", "idx1");
    for (String each : List.of(name, plain.replaceAll("idx[34][-_]ubyte", "idx2-int"))) {
      names.add(each);
      names.add(each.endsWith(".gz") ? each.substring(0, each.length() - 3) : each + ".gz");
    }
    return names.stream().distinct().toList();
  }

  /** Whether the last part of a URL names a file rather than a folder. */
  static boolean isFile(String name) {
    return name.endsWith(".gz") || name.contains("ubyte") || name.endsWith(".idx");
  }

  /** Says that a folder has no training images. */
  static DataException missing(String folder, Set<String> present) {
    int shown = 8;
    return new DataException(
        "%s: no training images; found %s%s, expected %s; set data.uri to the folder that holds them, or to one of image files"
            .formatted(
                folder,
                present.isEmpty()
                    ? "no files"
                    : String.join(", ", present.stream().limit(shown).toList()),
                present.size() > shown ? ", ..." : "",
                String.join(" or ", trainingImageNames())));
  }
}
