package io.momentgan.data.idx;

import io.momentgan.data.DataException;
import io.momentgan.data.arrays.Contents;
import io.momentgan.data.arrays.PixelLayout;
import io.momentgan.data.arrays.SampleType;
import io.momentgan.data.arrays.StoredItems.Layout;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The header of an IDX file.
 *
 * @param kind images or labels
 * @param type how a value is stored
 * @param extents number of items, then the extents of an item
 */
@SuppressWarnings("ArrayRecordComponent") // headers are compared by nobody
record IdxHeader(IdxKind kind, SampleType type, int[] extents) {
  /** Largest image: 4096 by 4096; more means a damaged header. */
  private static final long MAX_ITEM_VALUES = 1L << 24;

  /** Reads the header and leaves the stream at the first item. */
  static IdxHeader read(InputStream in, IdxKind expected, Contents contents) throws IOException {
    byte[] magic = in.readNBytes(Integer.BYTES);
    if (magic.length < Integer.BYTES) {
      throw new DataException(
          "%s: found %d bytes, expected IDX %s; is it empty or truncated? Copy it again"
              .formatted(contents, magic.length, expected.title()));
    }
    int found = ByteBuffer.wrap(magic).getInt();
    SampleType type =
        expected
            .type(found)
            .orElseThrow(() -> new DataException(contents + ": " + expected.mismatch(found)));
    int bytes = (found & 0xFF) * Integer.BYTES;
    ByteBuffer head = ByteBuffer.wrap(in.readNBytes(bytes));
    if (head.remaining() < bytes) {
      throw new DataException(
          "%s: truncated within its header, expected %d bytes of it; copy the file again"
              .formatted(contents, Integer.BYTES + bytes));
    }
    int[] extents = new int[bytes / Integer.BYTES];
    head.asIntBuffer().get(extents);
    IdxHeader header = new IdxHeader(expected, type, extents);
    if (!header.sound()) {
      throw header.damaged(contents);
    }
    return header;
  }

  private boolean sound() {
    double values = 1;
    for (int i = 1; i < extents.length; i++) {
      values *= extents[i];
    }
    return Arrays.stream(extents).allMatch(extent -> extent > 0) && values <= MAX_ITEM_VALUES;
  }

  private DataException damaged(Contents contents) {
    String item =
        Arrays.stream(extents)
            .skip(1)
            .mapToObj(Integer::toUnsignedString)
            .collect(Collectors.joining(" by "));
    return new DataException(
        "%s: found %s %s of %s in its header, expected positive sizes and at most %d pixels"
                .formatted(
                    contents,
                    Integer.toUnsignedString(extents[0]),
                    kind.title(),
                    item.isEmpty() ? "one value" : item,
                    MAX_ITEM_VALUES)
            + " per image; the file is damaged, copy it again");
  }

  Layout layout() {
    int values = Arrays.stream(extents).skip(1).reduce(1, (a, b) -> a * b);
    return new Layout(kind.title(), values * type.bytes(), extents[0]);
  }

  PixelLayout pixels(Contents contents, boolean transposed) {
    int[] item = Arrays.copyOfRange(extents, 1, extents.length);
    return PixelLayout.of(item, type, transposed)
        .orElseThrow(
            () ->
                new DataException(
                    "%s: found images of %s, expected %s; store them as [n, height, width, channels]"
                        .formatted(contents, Arrays.toString(item), PixelLayout.EXPECTED)));
  }
}
