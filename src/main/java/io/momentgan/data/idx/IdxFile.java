package io.momentgan.data.idx;

import io.momentgan.data.DataException;
import io.momentgan.data.DataFile;
import io.momentgan.data.FileLocation;
import io.momentgan.data.Unreadable;
import io.momentgan.storage.Digests;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serializable;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.zip.ZipException;

/**
 * An IDX file that was read once from end to end and found sound.
 *
 * @param location where it lies
 * @param header what it holds
 * @param md5 MD5 of its contents
 */
public record IdxFile(FileLocation location, IdxHeader header, String md5) implements Serializable {
  /** Reads the whole file, to check header, size and compression, and keeps none of it. */
  static IdxFile inspect(FileLocation location, IdxKind kind) {
    try {
      return guarded(location, () -> scan(location, kind));
    } catch (DataException e) {
      location.discardCopy();
      throw e;
    }
  }

  private static IdxFile scan(FileLocation location, IdxKind kind) throws IOException {
    MessageDigest md5 = Digests.md5();
    try (InputStream in = new DigestInputStream(location.openContents(), md5)) {
      IdxHeader header = IdxHeader.read(in, kind, location);
      long found = in.transferTo(OutputStream.nullOutputStream());
      if (found != header.bodyBytes()) {
        throw new DataException(wrongSize(location, header, found));
      }
      return new IdxFile(location, header, Digests.hex(md5));
    }
  }

  private static String wrongSize(FileLocation location, IdxHeader header, long found) {
    return "%s: %s, found %d bytes after the header, expected %d for %d %s; copy the file again"
        .formatted(
            location,
            found < header.bodyBytes() ? "truncated" : "bytes follow the last image or label",
            found,
            header.bodyBytes(),
            header.count(),
            header.kind().title());
  }

  /**
   * Reads images or labels by index.
   *
   * @param indices which, in any order
   * @return their bytes, in the order of the indices
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
            return IdxItems.pick(in, indices, header.itemBytes());
          }
        });
  }

  /** The file, for people to read. */
  DataFile describe() {
    return new DataFile(location.toString(), md5, PublishedFile.verdict(md5));
  }

  /** What may fail while a file is read. */
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
      throw Unreadable.exception(location.toString(), e);
    }
  }
}
