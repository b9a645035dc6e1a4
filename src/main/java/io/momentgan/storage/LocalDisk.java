package io.momentgan.storage;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FSInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * The local file system without Hadoop's layer of checksums, which refuses names with colons and
 * files beside which a stale .crc lies.
 *
 * <p>A disk that fails in reading ends in an {@link IOException}, as with any other file system.
 * Hadoop throws an {@link FSError} there, which no caller expects.
 */
public final class LocalDisk extends RawLocalFileSystem {
  /**
   * Makes the file system.
   *
   * @param configuration Hadoop's settings
   * @throws IOException when Hadoop cannot start it
   */
  public LocalDisk(Configuration configuration) throws IOException {
    initialize(URI.create("file:///"), configuration);
  }

  @Override
  public FSDataInputStream open(Path file, int bufferBytes) throws IOException {
    File local = pathToFile(file);
    if (local.exists() && !local.isFile() && !local.isDirectory()) {
      // Whoever opens a pipe waits until somebody writes to it.
      throw new IOException("a pipe, device or socket, expected a file; store its contents in one");
    }
    return new FSDataInputStream(new Input(super.open(file, bufferBytes)));
  }

  /** A file whose failures are exceptions. */
  private static final class Input extends FSInputStream {
    private final FSDataInputStream file;

    Input(FSDataInputStream file) {
      this.file = file;
    }

    private static IOException failure(FSError e) {
      return e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    }

    @Override
    public int read() throws IOException {
      try {
        return file.read();
      } catch (FSError e) {
        throw failure(e);
      }
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        return file.read(bytes, offset, length);
      } catch (FSError e) {
        throw failure(e);
      }
    }

    @Override
    public void seek(long position) throws IOException {
      file.seek(position);
    }

    @Override
    public long getPos() throws IOException {
      return file.getPos();
    }

    @Override
    public boolean seekToNewSource(long position) throws IOException {
      return file.seekToNewSource(position);
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
