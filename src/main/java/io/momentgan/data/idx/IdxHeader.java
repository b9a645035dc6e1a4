package io.momentgan.data.idx;

import io.momentgan.data.DataException;
import io.momentgan.data.FileLocation;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.ByteBuffer;

/**
 * What an IDX file says about itself.
 *
 * @param kind images or labels
 * @param count number of images or labels
 * @param height rows of an image; 1 for labels
 * @param width columns of an image; 1 for labels
 */
record IdxHeader(IdxKind kind, int count, int height, int width) implements Serializable {
  /** Largest image: 4096 by 4096. More is a damaged header rather than an image. */
  private static final long MAX_ITEM_BYTES = 1L << 24;

  /** Reads the head of a file, whose contents follow in the stream. */
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
    return readDimensions(in, expected, location);
  }

  private static IdxHeader readDimensions(InputStream in, IdxKind kind, FileLocation location)
      throws IOException {
    int bytes = kind.dimensions() * Integer.BYTES;
    ByteBuffer head = ByteBuffer.wrap(in.readNBytes(bytes));
    if (head.remaining() < bytes) {
      throw new DataException(
          "%s: truncated within its header, expected %d bytes of it; copy the file again"
              .formatted(location, Integer.BYTES + bytes));
    }
    int count = head.getInt();
    int height = kind == IdxKind.IMAGES ? head.getInt() : 1;
    int width = kind == IdxKind.IMAGES ? head.getInt() : 1;
    checkDimensions(count, height, width, kind, location);
    return new IdxHeader(kind, count, height, width);
  }

  private static void checkDimensions(
      int count, int height, int width, IdxKind kind, FileLocation location) {
    boolean positive = count > 0 && height > 0 && width > 0;
    if (!positive || (long) height * width > MAX_ITEM_BYTES) {
      throw new DataException(
          "%s: found %s %s of %s by %s in its header, expected positive sizes and at most %d pixels"
                  .formatted(
                      location,
                      Integer.toUnsignedString(count),
                      kind.title(),
                      Integer.toUnsignedString(height),
                      Integer.toUnsignedString(width),
                      MAX_ITEM_BYTES)
              + " per image; the file is damaged, copy it again");
    }
  }

  /** Bytes of one image or label. */
  int itemBytes() {
    return height * width;
  }

  /** Bytes after the header. */
  long bodyBytes() {
    return (long) count * itemBytes();
  }
}
