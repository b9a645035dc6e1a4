package io.momentgan.data.idx;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The names under which IDX files circulate. */
final class IdxNames {
  static final String TRAINING = "train";
  static final String TEST = "t10k";

  private IdxNames() {}

  /** Names of the file with one split's images or labels, the usual one first. */
  static List<String> candidates(String split, IdxKind kind) {
    String start = split + "-" + kind.title();
    String end = "idx" + kind.dimensions() + "-ubyte";
    return List.of(
        start + "-" + end + ".gz", start + "-" + end, start + "." + end, start + "." + end + ".gz");
  }

  /** The name under which archives on the web offer the file. */
  static String published(String split, IdxKind kind) {
    return candidates(split, kind).get(0);
  }

  /** The first of the candidates that a folder holds. */
  static Optional<String> pick(Set<String> present, List<String> candidates) {
    return candidates.stream().filter(present::contains).findFirst();
  }

  /** Names of the labels that belong to an image file, by its name; none if it has no such name. */
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
