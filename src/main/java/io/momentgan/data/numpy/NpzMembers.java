package io.momentgan.data.numpy;

import io.momentgan.data.arrays.StoredItems;
import io.momentgan.data.arrays.Contents;

import io.momentgan.data.DataException;
import io.momentgan.data.FileLocation;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;

/** Lists the members of an {@code .npz}, which is a ZIP of arrays. */
final class NpzMembers {
  private static final int END_BYTES = 22;
  private static final int END_COUNT_AT = 10;
  private static final int END_SIGNATURE = 0x06054b50;
  private static final int COUNT_BEYOND = 0xFFFF;
  private static final int MOST_COMMENT_BYTES = 256;

  private NpzMembers() {}

  /**
   * Reads a whole archive.
   *
   * @throws DataException when it is damaged or ends before its directory
   */
  static List<String> of(FileLocation file) {
    Contents contents = Contents.of(file);
    try {
      return StoredItems.guarded(contents, () -> list(contents));
    } catch (DataException e) {
      file.discardCopy();
      throw e;
    }
  }

  private static List<String> list(Contents contents) throws IOException {
    List<String> names = new ArrayList<>();
    Tail tail = new Tail(contents.open());
    try (ZipInputStream zip = new ZipInputStream(tail)) {
      for (ZipEntry each = zip.getNextEntry(); each != null; each = zip.getNextEntry()) {
        names.add(each.getName());
        zip.transferTo(OutputStream.nullOutputStream());
      }
      tail.transferTo(OutputStream.nullOutputStream());
    }
    // A stream of members that is cut off between two of them looks whole: its directory counts.
    int directory = tail.members();
    if (names.isEmpty() || directory != names.size() && directory != COUNT_BEYOND) {
      throw new ZipException(
          "found %d members, expected %s".formatted(names.size(), directory < 0 ? "a directory of them at the end" : directory));
    }
    return names;
  }

  /** Keeps the last bytes that are read. */
  private static final class Tail extends FilterInputStream {
    private byte[] last = new byte[0];

    Tail(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      int read = super.read(bytes, from, length);
      if (read > 0) {
        byte[] joined = Arrays.copyOf(last, last.length + read);
        System.arraycopy(bytes, from, joined, last.length, read);
        int most = MOST_COMMENT_BYTES + END_BYTES;
        last = Arrays.copyOfRange(joined, Math.max(0, joined.length - most), joined.length);
      }
      return read;
    }

    int members() {
      ByteBuffer bytes = ByteBuffer.wrap(last).order(ByteOrder.LITTLE_ENDIAN);
      for (int at = last.length - END_BYTES; at >= 0; at--) {
        if (bytes.getInt(at) == END_SIGNATURE) {
          return Short.toUnsignedInt(bytes.getShort(at + END_COUNT_AT));
        }
      }
      return -1;
    }
  }
}
