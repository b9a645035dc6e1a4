package io.momentgan.data.matlab;

import io.momentgan.data.DataException;
import io.momentgan.data.arrays.SampleType;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.zip.InflaterInputStream;

/**
 * Reads the variables of a level-5 MAT-file one after the other, compressed or not.
 *
 * <p>It streams: libraries hold a variable whole in memory, which for SVHN's training images is 225
 * MB on each worker.
 *
 * @see <a href="https://www.mathworks.com/help/pdf_doc/matlab/matfile_format.pdf">format</a>
 */
final class MatReader {
  private static final int HEADER_BYTES = 128;
  private static final int VERSION_AT = 124;
  private static final int LEVEL_5 = 0x0100;
  private static final int TAG_BYTES = 8;

  private static final int INT_8 = 1;
  private static final int INT_32 = 5;
  private static final int UINT_32 = 6;
  private static final int MATRIX = 14;
  private static final int COMPRESSED = 15;
  private static final int UTF_8 = 16;

  private static final int COMPLEX = 0x0800;
  private static final int LOGICAL = 0x0200;
  private static final int CLASS = 0xFF;
  private static final List<String> CLASSES =
      List.of(
          "unknown", "cell", "struct", "object", "char", "sparse", "double", "single", "int8",
          "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64");
  private static final int FIRST_NUMERIC = 6;

  /** Bytes of extents or of a name; names have at most 63. */
  private static final int MOST_BYTES = 256;

  private final InputStream in;
  private final Object location;
  private final ByteOrder order;
  private Exactly element;
  private Exactly content;
  private InputStream unpacked;
  private Tag data;

  /**
   * Reads the header of a file.
   *
   * @param in the file's bytes
   * @param location names it in messages
   * @throws DataException when it is no file of level 5
   */
  MatReader(InputStream in, Object location) throws IOException {
    this.in = in;
    this.location = location;
    byte[] header = in.readNBytes(HEADER_BYTES);
    String text = new String(header, StandardCharsets.ISO_8859_1);
    if (text.startsWith("MATLAB 7.3")) {
      throw new DataException(
          "%s: found a MAT-file of version 7.3, which is HDF5, expected one of level 5; save it by save -v7"
              .formatted(location));
    }
    this.order = text.endsWith("MI") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    check(
        header.length == HEADER_BYTES
            && (text.endsWith("MI") || text.endsWith("IM"))
            && ByteBuffer.wrap(header).order(order).getShort(VERSION_AT) == LEVEL_5,
        "the header of a MAT-file of level 5");
  }

  /** Skips to the next variable; empty at the end of the file. */
  Optional<MatVariable> next() throws IOException {
    if (element != null) {
      element.transferTo(OutputStream.nullOutputStream());
    }
    byte[] start = in.readNBytes(TAG_BYTES);
    if (start.length == 0) {
      return Optional.empty();
    }
    Tag tag = tag(start);
    check(tag.type() == MATRIX || tag.type() == COMPRESSED, "a variable");
    element = new Exactly(in, tag.bytes());
    if (tag.type() == MATRIX) {
      unpacked = element;
      content = element;
    } else {
      unpacked = new InflaterInputStream(element);
      Tag inner = tag(unpacked.readNBytes(TAG_BYTES));
      check(inner.type() == MATRIX, "a variable");
      content = new Exactly(unpacked, inner.bytes());
    }
    return Optional.of(variable());
  }

  private MatVariable variable() throws IOException {
    Tag flags = tag(content.readNBytes(TAG_BYTES));
    check(flags.type() == UINT_32 && flags.bytes() == 2 * Integer.BYTES, "a variable's flags");
    int bits = ByteBuffer.wrap(read(flags)).order(order).getInt();
    int number = bits & CLASS;
    if (number == 0 || number >= CLASSES.size()) {
      return new MatVariable("", "function or object", List.of(), null);
    }
    Tag shape = tag(content.readNBytes(TAG_BYTES));
    check(shape.type() == INT_32 && shape.bytes() % Integer.BYTES == 0, "a variable's extents");
    ByteBuffer extents = ByteBuffer.wrap(read(shape)).order(order);
    List<Integer> each =
        IntStream.range(0, extents.capacity() / Integer.BYTES)
            .mapToObj(i -> extents.getInt(i * Integer.BYTES))
            .toList();
    check(
        each.size() >= 2 && each.stream().allMatch(extent -> extent >= 0), "extents of 0 or more");
    Tag label = tag(content.readNBytes(TAG_BYTES));
    check(label.type() == INT_8 || label.type() == UTF_8, "a variable's name");
    String name = new String(read(label), StandardCharsets.UTF_8);
    boolean real = number >= FIRST_NUMERIC && (bits & COMPLEX) == 0;
    String type =
        ((bits & COMPLEX) == 0 ? "" : "complex ")
            + ((bits & LOGICAL) == 0 ? CLASSES.get(number) : "logical");
    return new MatVariable(name, type, each, real ? stored(each) : null);
  }

  /** Reads the tag of the values, whose number follows from the extents. */
  private SampleType stored(List<Integer> extents) throws IOException {
    data = tag(content.readNBytes(TAG_BYTES));
    SampleType type =
        switch (data.type()) {
          case INT_8 -> type(SampleType.Kind.SIGNED, Byte.BYTES);
          case 2 -> type(SampleType.Kind.UNSIGNED, Byte.BYTES);
          case 3 -> type(SampleType.Kind.SIGNED, Short.BYTES);
          case 4 -> type(SampleType.Kind.UNSIGNED, Short.BYTES);
          case INT_32 -> type(SampleType.Kind.SIGNED, Integer.BYTES);
          case UINT_32 -> type(SampleType.Kind.UNSIGNED, Integer.BYTES);
          case 7 -> type(SampleType.Kind.FLOAT, Float.BYTES);
          case 9 -> type(SampleType.Kind.FLOAT, Double.BYTES);
          case 12 -> type(SampleType.Kind.SIGNED, Long.BYTES);
          case 13 -> type(SampleType.Kind.UNSIGNED, Long.BYTES);
          default -> throw damaged("values of a known type");
        };
    double values = extents.stream().mapToDouble(Integer::doubleValue).reduce(1, (a, b) -> a * b);
    check(
        values * type.bytes() == data.bytes(),
        "as many values as the extents %s say".formatted(extents));
    return type;
  }

  private SampleType type(SampleType.Kind kind, int bytes) {
    return bytes == 1 && kind == SampleType.Kind.UNSIGNED
        ? SampleType.BYTE
        : new SampleType(kind, bytes, order == ByteOrder.BIG_ENDIAN);
  }

  /**
   * Opens the values of the variable that {@link #next} returned. Their end is reached only if the
   * variable is whole, its checksum included.
   */
  InputStream values() {
    return new Values();
  }

  /**
   * The start of a part.
   *
   * @param type number of its type
   * @param bytes length
   * @param small the bytes themselves, where at most four stand in the tag itself
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Tag(int type, long bytes, Optional<byte[]> small) {}

  private Tag tag(byte[] read) throws IOException {
    if (read.length < TAG_BYTES) {
      throw new EOFException();
    }
    ByteBuffer tag = ByteBuffer.wrap(read).order(order);
    int type = tag.getInt(0);
    int length = type >>> Short.SIZE;
    if (length == 0) {
      return new Tag(type, Integer.toUnsignedLong(tag.getInt(Integer.BYTES)), Optional.empty());
    }
    check(length <= Integer.BYTES, "at most four bytes in a tag");
    byte[] small = Arrays.copyOfRange(read, Integer.BYTES, Integer.BYTES + length);
    return new Tag(type & 0xFFFF, length, Optional.of(small));
  }

  private byte[] read(Tag tag) throws IOException {
    if (tag.small().isPresent()) {
      return tag.small().get();
    }
    check(
        tag.bytes() <= MOST_BYTES,
        "at most %d bytes of a name or of extents".formatted(MOST_BYTES));
    byte[] bytes = content.readNBytes((int) tag.bytes());
    content.skipNBytes(-tag.bytes() & (TAG_BYTES - 1));
    return bytes;
  }

  private void check(boolean holds, String expected) {
    if (!holds) {
      throw damaged(expected);
    }
  }

  private DataException damaged(String expected) {
    return new DataException(
        "%s: expected %s; is it damaged or truncated? Copy it again, or save it by save -v7"
            .formatted(location, expected));
  }

  /** So many bytes of a stream, which holds no fewer and stays open. */
  private static final class Exactly extends FilterInputStream {
    private long left;

    Exactly(InputStream in, long bytes) {
      super(in);
      this.left = bytes;
    }

    @Override
    public int read() throws IOException {
      int read = left == 0 ? -1 : in.read();
      if (read < 0 && left > 0) {
        throw new EOFException();
      }
      left -= left > 0 ? 1 : 0;
      return read;
    }

    @Override
    public int read(byte[] bytes, int from, int most) throws IOException {
      if (left == 0 || most == 0) {
        return left == 0 ? -1 : 0;
      }
      int read = in.read(bytes, from, (int) Math.min(most, left));
      if (read < 0) {
        throw new EOFException();
      }
      left -= read;
      return read;
    }

    @Override
    public long skip(long bytes) throws IOException {
      long skipped = in.skip(Math.min(bytes, left));
      left -= skipped;
      return skipped;
    }

    @Override
    public void close() {
      // The file goes on after it.
    }
  }

  /** Values, after which the rest of the variable is checked. */
  private final class Values extends FilterInputStream {
    Values() {
      super(
          data.small().isPresent()
              ? new ByteArrayInputStream(data.small().get())
              : new Exactly(content, data.bytes()));
    }

    @Override
    public int read() throws IOException {
      int read = super.read();
      if (read < 0) {
        requireEnd();
      }
      return read;
    }

    @Override
    public int read(byte[] bytes, int from, int most) throws IOException {
      int read = super.read(bytes, from, most);
      if (read < 0) {
        requireEnd();
      }
      return read;
    }

    // An inflater compares its checksum when it is asked for a byte after the last.
    private void requireEnd() throws IOException {
      long padding = content.transferTo(OutputStream.nullOutputStream());
      boolean ends = padding < TAG_BYTES && (unpacked == content || unpacked.read() < 0);
      check(ends, "the end of a variable after its values");
    }

    @Override
    public void close() throws IOException {
      InputStream file = MatReader.this.in;
      try (file) {
        unpacked.close();
      }
    }
  }
}
