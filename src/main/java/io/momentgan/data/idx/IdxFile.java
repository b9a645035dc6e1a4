package io.momentgan.data.idx;

import io.momentgan.data.DataException;
import io.momentgan.data.DataSet;
import io.momentgan.data.FileLocation;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.zip.ZipException;
import org.apache.commons.codec.binary.Hex;
import org.apache.commons.codec.digest.DigestUtils;

/**
 * An IDX file that was read once from end to end and found sound.
 *
 * @param location where it lies
 * @param header its header
 * @param md5 MD5 of its contents
 */
record IdxFile(FileLocation location, IdxHeader header, String md5) implements Serializable {
  /** Reads the whole file to check header, size and compression, and keeps none of it. */
  static IdxFile inspect(FileLocation location, IdxKind kind) {
    try {
      return guarded(location, () -> scan(location, kind));
    } catch (DataException e) {
      location.discardCopy();
      throw e;
    }
  }

  private static IdxFile scan(FileLocation location, IdxKind kind) throws IOException {
    MessageDigest md5 = DigestUtils.getMd5Digest();
    try (InputStream in = new DigestInputStream(location.openContents(), md5)) {
      IdxHeader header = IdxHeader.read(in, kind, location);
      long found = in.transferTo(OutputStream.nullOutputStream());
      if (found != header.bodyBytes()) {
        throw new DataException(
            "%s: %s, found %d bytes after the header, expected %d for %d %s; copy the file again"
                .formatted(
                    location,
                    found < header.bodyBytes()
                        ? "truncated"
                        : "bytes follow the last image or label",
                    found,
                    header.bodyBytes(),
                    header.count(),
                    header.kind().title()));
      }
      return new IdxFile(location, header, Hex.encodeHexString(md5.digest()));
    }
  }

  /**
   * Reads images or labels by index.
   *
   * @param indices in any order, also repeatedly
   * @return their bytes in the order of the indices
   */
  byte[] read(int[] indices) {
    return guarded(
        location,
        () -> {
          try (InputStream in = location.openContents()) {
            if (!IdxHeader.read(in, header.kind(), location).equals(header)) {
              throw new DataException(
                  location + ": is not the file any more that this run began with; start again");
            }
            return pick(in, indices, header.itemBytes());
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

  DataSet.StoredFile describe() {
    return new DataSet.StoredFile(location.toString(), md5, PublishedFile.verdict(md5));
  }

  /** Reads a file. */
  private interface Reading<T> {
    T run() throws IOException;
  }

  private static <T> T guarded(FileLocation location, Reading<T> reading) {
    try {
      return reading.run();
    } catch (EOFException e) {
      throw new DataException(
          location + ": truncated, ends before the last image or label; copy the file again", e);
    } catch (ZipException e) {
      throw new DataException(
          "%s: damaged gzip file (%s); copy the file again".formatted(location, e.getMessage()), e);
    } catch (IOException e) {
      throw DataException.unreadable(location.toString(), e);
    }
  }
}
