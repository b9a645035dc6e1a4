package io.momentgan.data.pictures;

import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.util.LimitInputStream;

/**
 * A file in a folder or an archive, readable from any machine.
 *
 * @param name path below the folder or in the archive, with '/' between names
 * @param path where Hadoop finds the file or the archive
 * @param offset first byte in the archive; -1 for a file of its own
 * @param stored bytes in the archive
 * @param deflated whether the archive has compressed them
 */
record PictureFile(String name, String path, long offset, long stored, boolean deflated)
    implements Serializable {
  static PictureFile ofItsOwn(String name, String path) {
    return new PictureFile(name, path, -1, -1, false);
  }

  /** The same file in another copy of the archive. */
  PictureFile in(String newPath) {
    return new PictureFile(name, newPath, offset, stored, deflated);
  }

  /** Opens the contents, uncompressed. */
  InputStream open(FileSystem fileSystem) throws IOException {
    FSDataInputStream in = fileSystem.open(new Path(path));
    if (offset < 0) {
      return in;
    }
    try {
      in.seek(offset);
    } catch (IOException e) {
      in.close();
      throw e;
    }
    InputStream contents = new LimitInputStream(in, stored);
    return deflated ? new RawInflater(contents) : contents;
  }

  /** Contents as ZIP stores them, without zlib's header. */
  private static final class RawInflater extends InflaterInputStream {
    RawInflater(InputStream in) {
      super(in, new Inflater(true));
    }

    // Its own end is not freed by the stream that it is given to.
    @Override
    public void close() throws IOException {
      inf.end();
      super.close();
    }
  }
}
