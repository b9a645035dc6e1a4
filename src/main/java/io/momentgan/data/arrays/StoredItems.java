package io.momentgan.data.arrays;

import io.momentgan.data.DataException;
import io.momentgan.data.DataSet;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.zip.ZipException;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * Items of equal size after a header, such as images or labels, in contents that were read once
 * from end to end and found sound. Travels to the workers.
 */
public final class StoredItems implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Stands for a count that the header does not say. */
  public static final int AS_MANY_AS_THERE_ARE = -1;

  private static final int BLOCK_BYTES = 1 << 20;

  private final Contents contents;
  private final byte[] head;
  private final int itemBytes;
  private final int count;
  private final String md5;

  private StoredItems(Contents contents, byte[] head, int itemBytes, int count, String md5) {
    this.contents = contents;
    this.head = head;
    this.itemBytes = itemBytes;
    this.count = count;
    this.md5 = md5;
  }

  /**
   * What a header says.
   *
   * @param title what the items are, in the plural
   * @param itemBytes bytes of an item
   * @param count number of items, or {@link #AS_MANY_AS_THERE_ARE}
   */
  public record Layout(String title, int itemBytes, int count) {
    private long bodyBytes() {
      return (long) itemBytes * count;
    }
  }

  /** Reads a header and leaves the stream at the first item. */
  public interface HeaderReader {
    Layout read(InputStream in) throws IOException;
  }

  /** Largest image: 8 bytes for each value of 3 x 3300 x 3300. */
  private static final int MOST_ITEM_BYTES = 1 << 28;

  /** Looks at items while they are checked. */
  public interface Visitor {
    /**
     * Looks at a block of items.
     *
     * @param block their bytes
     * @param items number of items in it
     * @param first index of the first
     * @throws DataException when an item is not what it should be
     */
    void visit(byte[] block, int items, int first);
  }

  /** Reads all contents to check header, size, compression and items, and keeps none of them. */
  public static StoredItems inspect(Contents contents, HeaderReader reader, Visitor visitor) {
    try {
      return guarded(contents, () -> scan(contents, reader, visitor));
    } catch (DataException e) {
      contents.file().discardCopy();
      throw e;
    }
  }

  private static StoredItems scan(Contents contents, HeaderReader reader, Visitor visitor)
      throws IOException {
    MessageDigest md5 = DigestUtils.getMd5Digest();
    try (InputStream in = new DigestInputStream(contents.open(), md5)) {
      Recorder recorder = new Recorder(in);
      Layout layout = reader.read(recorder);
      byte[] head = recorder.copy.toByteArray();
      boolean counted = layout.count() != AS_MANY_AS_THERE_ARE;
      int items = layout.itemBytes();
      requireSmall(contents, items);
      int most = Math.max(1, BLOCK_BYTES / items) * items;
      long found = 0;
      // Memory for what is there, not for what a header says.
      for (byte[] block = in.readNBytes(most); block.length > 0; block = in.readNBytes(most)) {
        if (!counted || found + block.length <= layout.bodyBytes()) {
          visitor.visit(block, block.length / items, Math.toIntExact(found / items));
        }
        found += block.length;
      }
      if (counted && found != layout.bodyBytes()) {
        throw wrongSize(contents, layout, found);
      }
      if (!counted && (found == 0 || found % items != 0)) {
        throw new DataException(
            "%s: found %d bytes, expected a positive multiple of %d, the bytes of each of its %s; is it truncated? Copy the file again"
                .formatted(contents, found, items, layout.title()));
      }
      int count = Math.toIntExact(found / items);
      return new StoredItems(contents, head, items, count, Hex.encodeHexString(md5.digest()));
    }
  }

  private static void requireSmall(Contents contents, int itemBytes) {
    if (itemBytes > MOST_ITEM_BYTES) {
      throw new DataException(
          "%s: found images of %,d bytes each, expected at most %,d; is the header damaged? Copy the file again, or store smaller images"
              .formatted(contents, itemBytes, MOST_ITEM_BYTES));
    }
  }

  private static DataException wrongSize(Contents contents, Layout layout, long found) {
    return new DataException(
        "%s: %s, found %d bytes after the header, expected %d for %d %s; copy the file again"
            .formatted(
                contents,
                found < layout.bodyBytes() ? "truncated" : "bytes follow the last image or label",
                found,
                layout.bodyBytes(),
                layout.count(),
                layout.title()));
  }

  /** Keeps what is read. */
  private static final class Recorder extends FilterInputStream {
    private final ByteArrayOutputStream copy = new ByteArrayOutputStream();

    Recorder(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int read = super.read();
      if (read >= 0) {
        copy.write(read);
      }
      return read;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      int read = super.read(bytes, from, length);
      copy.write(bytes, from, Math.max(0, read));
      return read;
    }
  }

  public int count() {
    return count;
  }

  /** Checks that these labels are as many as images. */
  public void requireOneFor(StoredItems images) {
    if (count != images.count) {
      throw new DataException(
          "%s: found %d labels, expected %d, one for each image of %s; give files that belong together"
              .formatted(contents, count, images.count, images.contents));
    }
  }

  int itemBytes() {
    return itemBytes;
  }

  public Contents contents() {
    return contents;
  }

  public String md5() {
    return md5;
  }

  /**
   * Describes the contents.
   *
   * @param verdict whether the MD5 is known
   */
  public DataSet.StoredFile describe(String verdict) {
    return new DataSet.StoredFile(contents.toString(), md5, verdict);
  }

  /**
   * Reads items by index.
   *
   * @param indices in any order, also repeatedly
   * @return their bytes in the order of the indices
   * @throws DataException when the file is unreachable, truncated or changed
   */
  byte[] read(int[] indices) {
    return guarded(
        contents,
        () -> {
          try (InputStream in = contents.open()) {
            if (!Arrays.equals(in.readNBytes(head.length), head)) {
              throw new DataException(
                  contents + ": is not the file any more that this run began with; start again");
            }
            return pick(in, indices, itemBytes);
          }
        });
  }

  /** Reads items of a stream in one pass, in the order of the file. */
  static byte[] pick(InputStream in, int[] indices, int itemBytes) throws IOException {
    byte[] picked = new byte[Math.multiplyExact(indices.length, itemBytes)];
    int read = -1;
    int readAt = 0;
    for (long entry : inFileOrder(indices)) {
      int index = (int) (entry >>> 32);
      int at = (int) entry * itemBytes;
      if (index == read) {
        System.arraycopy(picked, readAt, picked, at, itemBytes);
      } else {
        in.skipNBytes((long) (index - read - 1) * itemBytes);
        if (in.readNBytes(picked, at, itemBytes) < itemBytes) {
          throw new EOFException();
        }
      }
      read = index;
      readAt = at;
    }
    return picked;
  }

  /** Sorts indices, each in the upper half of a number that has its position in the lower half. */
  private static long[] inFileOrder(int[] indices) {
    long[] entries = new long[indices.length];
    Arrays.setAll(entries, i -> ((long) indices[i] << 32) | i);
    Arrays.sort(entries);
    return entries;
  }

  /** Reads contents. */
  public interface Reading<T> {
    T run() throws IOException;
  }

  /** Turns failures of reading into one line that names the contents. */
  public static <T> T guarded(Contents contents, Reading<T> reading) {
    try {
      return reading.run();
    } catch (EOFException e) {
      throw new DataException(
          contents + ": truncated, ends before the last image or label; copy the file again", e);
    } catch (ZipException e) {
      throw new DataException(
          "%s: damaged gzip file or archive (%s); copy the file again"
              .formatted(contents, e.getMessage()),
          e);
    } catch (IllegalArgumentException e) {
      // ZipInputStream of names that are no text.
      throw new DataException(
          "%s: damaged (%s); copy the file again".formatted(contents, e.getMessage()), e);
    } catch (IOException e) {
      throw DataException.unreadable(contents.toString(), e);
    }
  }
}
