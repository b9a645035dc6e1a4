package io.momentgan.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/**
 * A file that any machine can open for itself. Messages name it by its text form.
 *
 * <p>Travels to the workers.
 */
public sealed interface FileLocation extends Serializable permits HadoopFile, DownloadedFile {
  /** Bytes of the input buffer. */
  int BUFFER_BYTES = 1 << 16;

  /** Opens the file as it is stored. */
  InputStream open() throws IOException;

  /** Forgets a local copy that turned out to be damaged. */
  default void discardCopy() {}

  /** Opens the uncompressed contents; gzip is recognised by the first two bytes. */
  default InputStream openContents() throws IOException {
    InputStream stored = new BufferedInputStream(open(), BUFFER_BYTES);
    try {
      stored.mark(2);
      boolean gzip = stored.read() == 0x1F && stored.read() == 0x8B;
      stored.reset();
      return gzip ? new GZIPInputStream(stored, BUFFER_BYTES) : stored;
    } catch (IOException | RuntimeException e) {
      stored.close();
      throw e;
    }
  }

  /**
   * Makes a local path plain for Hadoop: a leading {@code ~} is the home folder, and a colon in the
   * name of a file that is there separates no scheme. Other locations stay as they are.
   */
  static String local(String location) {
    if (location.startsWith("~")) {
      return expandHome(location).toString();
    }
    try {
      Path path = Path.of(location);
      return location.contains(":") && Files.exists(path)
          ? path.toAbsolutePath().toString()
          : location;
    } catch (InvalidPathException e) {
      return location;
    }
  }

  /** Replaces a leading {@code ~} of a path by the home folder, as shells do. */
  static Path expandHome(String path) {
    return path.equals("~") || path.startsWith("~/")
        ? Path.of(System.getProperty("user.home") + path.substring(1))
        : Path.of(path);
  }
}
