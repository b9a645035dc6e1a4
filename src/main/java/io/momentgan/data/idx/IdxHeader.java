package io.momentgan.data.idx;

import io.momentgan.data.DataException;
import io.momentgan.data.FileLocation;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;

/**
 * The header of an IDX file.
 *
 * @param kind images or labels
 * @param count number of images or labels
 * @param height rows of an image; 1 for labels
 * @param width columns of an image; 1 for labels
 */
record IdxHeader(IdxKind kind, int count, int height, int width) implements Serializable {
  /** Largest image: 4096 by 4096; more means a damaged header. */
  private static final long MAX_ITEM_BYTES = 1L << 24;

  /** Reads the header and leaves the stream at the first item. */
  static IdxHeader read(InputStream in, IdxKind expected, FileLocation location)
      throws IOException {
    byte[] magic = in.readNBytes(Integer.BYTES);
    if (magic.length < Integer.BYTES) {
      throw new DataException(
          "%s: found %d bytes, expected IDX %s; is it empty or truncated? Copy it again"
              .formatted(location, magic.length, expected.title()));
    }
    int found = ByteBuffer.wrap(magic).getInt();
    if (found != expected.magic()) {
      throw new DataException(location + ": " + expected.mismatch(found));
    }
    int bytes = expected.dimensions() * Integer.BYTES;
    ByteBuffer head = ByteBuffer.wrap(in.readNBytes(bytes));
    if (head.remaining() < bytes) {
      throw new DataException(
          "%s: truncated within its header, expected %d bytes of it; copy the file again"
              .formatted(location, Integer.BYTES + bytes));
    }
    int count = head.getInt();
    int height = expected == IdxKind.IMAGES ? head.getInt() : 1;
    int width = expected == IdxKind.IMAGES ? head.getInt() : 1;
    boolean positive = count > 0 && height > 0 && width > 0;
    if (!positive || (long) height * width > MAX_ITEM_BYTES) {
      throw new DataException(
          "%s: found %s %s of %s by %s in its header, expected positive sizes and at most %d pixels"
                  .formatted(
                      location,
                      Integer.toUnsignedString(count),
                      expected.title(),
                      Integer.toUnsignedString(height),
                      Integer.toUnsignedString(width),
                      MAX_ITEM_BYTES)
              + " per image; the file is damaged, copy it again");
    }
    return new IdxHeader(expected, count, height, width);
  }

  int itemBytes() {
    return height * width;
  }

  long bodyBytes() {
    return (long) count * itemBytes();
  }
}
