package io.momentgan.data.idx;

import io.momentgan.data.arrays.SampleType;
import java.util.Map;
import java.util.Optional;

/** Contents of an IDX file, named by its first four bytes. */
enum IdxKind {
  /** Unsigned bytes in three dimensions: image, row, column; or four, with channels. */
  IMAGES(2051, 3, "images", "train-images-idx3-ubyte"),
  /** Integers in one dimension, or in two with the class in column 0, as QMNIST has them. */
  LABELS(2049, 1, "labels", "train-labels-idx1-ubyte");

  private static final int UNSIGNED_BYTES = 0x08;
  private static final Map<Integer, SampleType> LABEL_TYPES =
      Map.of(
          UNSIGNED_BYTES,
          SampleType.BYTE,
          0x09,
          new SampleType(SampleType.Kind.SIGNED, 1, true),
          0x0B,
          new SampleType(SampleType.Kind.SIGNED, 2, true),
          0x0C,
          new SampleType(SampleType.Kind.SIGNED, 4, true));

  private final int magic;
  private final int dimensions;
  private final String title;
  private final String example;

  IdxKind(int magic, int dimensions, String title, String example) {
    this.magic = magic;
    this.dimensions = dimensions;
    this.title = title;
    this.example = example;
  }

  /**
   * Finds how a file's values are stored by its first four bytes; empty if it is of another kind.
   */
  Optional<SampleType> type(int found) {
    int code = found >>> Byte.SIZE;
    int extents = found & 0xFF;
    boolean fits = extents == dimensions || extents == dimensions + 1;
    SampleType type = this == LABELS ? LABEL_TYPES.get(code) : bytes(code);
    return fits ? Optional.ofNullable(type) : Optional.empty();
  }

  private static SampleType bytes(int code) {
    return code == UNSIGNED_BYTES ? SampleType.BYTE : null;
  }

  int dimensions() {
    return dimensions;
  }

  String title() {
    return title;
  }

  /** Explains a file that begins with another number. */
  String mismatch(int found) {
    return "%s, expected IDX %s (magic %d); give a file such as %s"
        .formatted(describe(found), title, magic, example);
  }

  private static String describe(int found) {
    for (IdxKind kind : values()) {
      if (kind.magic == found) {
        return "found IDX %s (magic %d)".formatted(kind.title, found);
      }
    }
    if ((found >>> 16) == 0) {
      return "found IDX of type 0x%02x in %d dimensions".formatted(found >>> 8, found & 0xFF);
    }
    return "found " + foreign(found);
  }

  private static String foreign(int found) {
    if ((found >>> 8) == 0xFFD8FF) {
      return "a JPEG image";
    }
    if (found == 0x89504E47) {
      return "a PNG image";
    }
    if ((found >>> 16) == 0x504B) {
      return "a ZIP archive";
    }
    return (found >>> 24) == '<'
        ? "an HTML or XML page"
        : "no IDX file (first bytes 0x%08x)".formatted(found);
  }
}
