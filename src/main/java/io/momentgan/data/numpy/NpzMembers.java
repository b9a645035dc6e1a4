package io.momentgan.data.numpy;

import io.momentgan.data.DataException;
import io.momentgan.data.FileLocation;
import io.momentgan.data.arrays.Contents;
import io.momentgan.data.arrays.StoredItems;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;

/** Lists the members of an {@code .npz}, which is a ZIP of arrays. */
final class NpzMembers {
  private static final int END_BYTES = 22;
  private static final int END_SIZE_AT = 12;
  private static final int END_SIGNATURE = 0x06054b50;
  private static final int ENTRY_BYTES = 46;
  private static final int ENTRY_LENGTHS_AT = 28;
  private static final int ENTRY_SIGNATURE = 0x02014b50;

  /** Largest directory, of about a thousand members. */
  private static final int MOST_DIRECTORY_BYTES = 1 << 16;

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
    Optional<List<String>> directory = tail.directory();
    if (names.isEmpty() || !directory.equals(Optional.of(names))) {
      throw new ZipException(
          "found %d members, expected %s"
              .formatted(
                  names.size(),
                  directory
                      .map(each -> "those of its directory: " + String.join(", ", each))
                      .orElse("a directory of them at the end")));
    }
    return names;
  }

  /** Keeps the last bytes that are read. */
  private static final class Tail extends FilterInputStream {
    private final byte[] last = new byte[2 * MOST_DIRECTORY_BYTES];
    private int length;

    Tail(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int from, int most) throws IOException {
      int read = super.read(bytes, from, Math.min(most, MOST_DIRECTORY_BYTES));
      if (read > 0) {
        if (length + read > last.length) {
          int kept = Math.min(length, MOST_DIRECTORY_BYTES);
          System.arraycopy(last, length - kept, last, 0, kept);
          length = kept;
        }
        System.arraycopy(bytes, from, last, length, read);
        length += read;
      }
      return read;
    }

    /** Names of the members by the directory; empty if the archive does not end with one. */
    Optional<List<String>> directory() {
      ByteBuffer bytes = ByteBuffer.wrap(last, 0, length).order(ByteOrder.LITTLE_ENDIAN);
      int end = length - END_BYTES;
      if (end < 0 || bytes.getInt(end) != END_SIGNATURE) {
        return Optional.empty();
      }
      List<String> names = new ArrayList<>();
      long at = end - Integer.toUnsignedLong(bytes.getInt(end + END_SIZE_AT));
      while (at >= 0 && at + ENTRY_BYTES <= end && bytes.getInt((int) at) == ENTRY_SIGNATURE) {
        int entry = (int) at;
        int name = Short.toUnsignedInt(bytes.getShort(entry + ENTRY_LENGTHS_AT));
        int extra = Short.toUnsignedInt(bytes.getShort(entry + ENTRY_LENGTHS_AT + 2));
        int comment = Short.toUnsignedInt(bytes.getShort(entry + ENTRY_LENGTHS_AT + 4));
        if (at + ENTRY_BYTES + name > end) {
          return Optional.empty();
        }
        names.add(new String(last, entry + ENTRY_BYTES, name, StandardCharsets.UTF_8));
        at += ENTRY_BYTES + name + extra + comment;
      }
      return at == end ? Optional.of(names) : Optional.empty();
    }
  }
}
