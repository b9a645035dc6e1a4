package io.momentgan.data.idx;

import io.momentgan.data.arrays.Place;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An IDX file by the parts of its name, such as {@code emnist-letters-train-images-idx3-ubyte.gz}.
 *
 * @param path its path
 * @param folder its folder; without one that is named like a file, as Kaggle's archives have them
 * @param family what the name begins with; empty for MNIST's
 * @param test whether it belongs to the test images
 * @param kind images or labels
 * @param rank where several files have one role, the lowest is used
 */
record IdxName(String path, String folder, String family, boolean test, IdxKind kind, int rank) {
  private static final Pattern NAME =
      Pattern.compile(
          "(?<family>.*?)[-_.]?(?<split>train|t10k|test)[-_.](?<kind>images|labels)(?<mark>[-_.])"
              + "idx[1-4][-_](?:ubyte|byte|int)(?<gzip>\\.gz)?");

  static Optional<IdxName> parse(String path) {
    Matcher name = match(Place.name(path));
    if (!name.matches()) {
      return Optional.empty();
    }
    String folder = Place.folder(path);
    String parent = folder.isEmpty() ? "" : folder.substring(0, folder.length() - 1);
    boolean wrapped = match(Place.name(parent)).matches();
    boolean dash = !name.group("mark").equals(".");
    boolean gzip = name.group("gzip") != null;
    int order = dash ? (gzip ? 0 : 1) : (gzip ? 3 : 2);
    return Optional.of(
        new IdxName(
            path,
            wrapped ? Place.folder(parent) : folder,
            name.group("family"),
            !name.group("split").equals("train"),
            name.group("kind").equals("images") ? IdxKind.IMAGES : IdxKind.LABELS,
            wrapped ? order + 4 : order));
  }

  private static Matcher match(String name) {
    return NAME.matcher(name.toLowerCase(Locale.ROOT));
  }

  boolean isTrainingImages() {
    return !test && kind == IdxKind.IMAGES;
  }

  boolean sameFamily(IdxName other) {
    return folder.equals(other.folder) && family.equals(other.family);
  }

  boolean sameRole(IdxName other) {
    return sameFamily(other) && test == other.test && kind == other.kind;
  }

  /** Finds the file of a role that is used. */
  static Optional<IdxName> first(List<IdxName> family, boolean test, IdxKind kind) {
    return family.stream()
        .filter(name -> name.test == test && name.kind == kind)
        .min(Comparator.comparingInt(IdxName::rank).thenComparing(IdxName::path));
  }
}
