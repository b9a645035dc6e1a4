package io.momentgan.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.zip.GZIPInputStream;

/**
 * A file that each machine can open for itself; its text form is what messages call it.
 *
 * <p>Travels to the workers.
 */
public sealed interface FileLocation extends Serializable permits HadoopFile, DownloadedFile {
  /** Bytes of the input buffer; also more than a gzip header, which is looked at first. */
  int BUFFER_BYTES = 1 << 16;

  /** The file as it is stored. */
  InputStream open() throws IOException;

  /** Forgets a copy of the file that turned out to be of no use. */
  default void discardCopy() {}

  /** The file without compression, which is known by the first two bytes and not by the name. */
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
}
