package io.momentgan.data.numpy;

import io.momentgan.data.DataException;
import io.momentgan.data.arrays.SampleType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The header of an array in NumPy's {@code .npy} format, versions 1 to 3.
 *
 * @param type type of the values as NumPy writes it, such as {@code <f4}
 * @param fortranOrder whether the first axis varies fastest
 * @param shape extents
 * @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">format</a>
 */
@SuppressWarnings("ArrayRecordComponent") // headers are compared by nobody
public record NpyHeader(String type, boolean fortranOrder, int[] shape) {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int VERSIONS = 3;
  private static final int MOST_BYTES = 1 << 16;
  private static final Pattern TEXT =
      Pattern.compile(
          "\\{ *'descr': *('(?<type>[^']*)'|\\[.*\\]), *'fortran_order': *(?<order>True|False),"
              + " *'shape': *\\((?<shape>[0-9, ]*)\\),? *\\}\\s*");
  private static final Pattern NUMBER = Pattern.compile("([<>|=])([uif])([1248])");

  /**
   * Reads a header and leaves the stream at the first value.
   *
   * @param name name of the array, for messages
   * @throws DataException when the stream begins with no such header
   */
  public static NpyHeader read(InputStream in, Object name) throws IOException {
    byte[] start = in.readNBytes(MAGIC.length + 2);
    boolean magic =
        start.length == MAGIC.length + 2
            && Arrays.equals(start, 0, MAGIC.length, MAGIC, 0, MAGIC.length);
    check(magic, name, "a .npy file");
    int version = start[MAGIC.length];
    check(
        version >= 1 && version <= VERSIONS && start[MAGIC.length + 1] == 0,
        name,
        "a .npy file of version 1 to 3");
    byte[] size = in.readNBytes(version == 1 ? Short.BYTES : Integer.BYTES);
    long length = 0;
    for (int i = size.length - 1; i >= 0; i--) {
      length = length << Byte.SIZE | (size[i] & 0xFF);
    }
    check(length <= MOST_BYTES, name, "a header of at most " + MOST_BYTES + " bytes");
    byte[] text = in.readNBytes((int) length);
    check(text.length == length && length > 0, name, "a whole header");
    Matcher header = TEXT.matcher(new String(text, StandardCharsets.ISO_8859_1));
    check(header.matches(), name, "a header with descr, fortran_order and shape");
    return new NpyHeader(
        header.group("type") == null ? "a record" : header.group("type"),
        header.group("order").equals("True"),
        shape(header.group("shape"), name));
  }

  private static int[] shape(String text, Object name) {
    try {
      return Pattern.compile("\\d+")
          .matcher(text)
          .results()
          .mapToInt(extent -> Integer.parseInt(extent.group()))
          .toArray();
    } catch (NumberFormatException e) {
      throw new DataException(
          "%s: found shape (%s), expected extents below 2^31; split the array"
              .formatted(name, text),
          e);
    }
  }

  private static void check(boolean holds, Object name, String expected) {
    if (!holds) {
      throw new DataException(
          "%s: expected %s; is it damaged or truncated? Copy it again, or save it by numpy.save"
              .formatted(name, expected));
    }
  }

  /** Returns how a value is stored; empty for anything but integers and floats of 4 or 8 bytes. */
  Optional<SampleType> sampleType() {
    Matcher number = NUMBER.matcher(type);
    if (!number.matches()) {
      return Optional.empty();
    }
    int bytes = Integer.parseInt(number.group(3));
    SampleType.Kind kind =
        switch (number.group(2)) {
          case "u" -> SampleType.Kind.UNSIGNED;
          case "i" -> SampleType.Kind.SIGNED;
          default -> SampleType.Kind.FLOAT;
        };
    boolean half = kind == SampleType.Kind.FLOAT && bytes < Float.BYTES;
    return half
        ? Optional.empty()
        : Optional.of(new SampleType(kind, bytes, number.group(1).equals(">")));
  }

  /** Returns extents as NumPy prints them. */
  String shapeText() {
    return Arrays.toString(shape);
  }
}
