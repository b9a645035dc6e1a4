package io.momentgan.storage;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Abortable;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;

/**
 * A file system on the local disk under the scheme {@code failing} whose writes fail half-way when
 * told so.
 *
 * <p>As an object store its files appear at close, whatever was written till then, unless the
 * stream is aborted; otherwise bytes are visible as they are written.
 */
public final class FailingFileSystem extends org.apache.hadoop.fs.FilterFileSystem {
  static final String SCHEME = "failing";
  static volatile boolean failing;
  static volatile boolean objectStore;

  /** Lets writes fail, or no more. */
  public static void fail(boolean now) {
    failing = now;
  }

  /** Made by Hadoop. */
  public FailingFileSystem() {
    super(new RawLocalFileSystem());
  }

  @Override
  public void initialize(URI name, Configuration conf) throws IOException {
    super.initialize(URI.create("file:///"), conf);
    setConf(conf);
  }

  @Override
  public String getScheme() {
    return SCHEME;
  }

  @Override
  public URI getUri() {
    return URI.create(SCHEME + ":///");
  }

  @Override
  protected void checkPath(Path path) {}

  @Override
  public Path makeQualified(Path path) {
    return path.makeQualified(getUri(), new Path("/"));
  }

  private static Path local(Path path) {
    return new Path("file", null, path.toUri().getPath());
  }

  @Override
  public boolean hasPathCapability(Path path, String capability) {
    return objectStore && capability.equals(CommonPathCapabilities.ABORTABLE_STREAM);
  }

  @Override
  public FSDataOutputStream create(
      Path path,
      FsPermission permission,
      boolean overwrite,
      int bufferSize,
      short replication,
      long blockSize,
      Progressable progress)
      throws IOException {
    return new FSDataOutputStream(new HalfWay(local(path)), null);
  }

  @Override
  public FileStatus getFileStatus(Path path) throws IOException {
    return super.getFileStatus(local(path));
  }

  @Override
  public FileStatus[] listStatus(Path path) throws IOException {
    return super.listStatus(local(path));
  }

  @Override
  public RemoteIterator<LocatedFileStatus> listLocatedStatus(Path path) throws IOException {
    return super.listLocatedStatus(local(path));
  }

  @Override
  public org.apache.hadoop.fs.FSDataInputStream open(Path path, int bufferSize) throws IOException {
    return super.open(local(path), bufferSize);
  }

  @Override
  public boolean mkdirs(Path path, FsPermission permission) throws IOException {
    return super.mkdirs(local(path), permission);
  }

  @Override
  public boolean mkdirs(Path path) throws IOException {
    return super.mkdirs(local(path));
  }

  @Override
  public boolean delete(Path path, boolean recursive) throws IOException {
    return super.delete(local(path), recursive);
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    return super.rename(local(from), local(to));
  }

  /** Object stores buffer and show the object at close. */
  private final class HalfWay extends FilterOutputStream implements Abortable {
    private final Path path;
    private final java.io.ByteArrayOutputStream buffer = new java.io.ByteArrayOutputStream();
    private boolean aborted;

    HalfWay(Path path) throws IOException {
      super(objectStore ? OutputStream.nullOutputStream() : fs.create(path, true));
      this.path = path;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      int written = failing ? length / 2 : length;
      out.write(bytes, offset, written);
      buffer.write(bytes, offset, written);
      if (failing) {
        throw new IOException("No space left on device");
      }
    }

    @Override
    public AbortableResult abort() {
      aborted = true;
      return null;
    }

    @Override
    public void close() throws IOException {
      out.close();
      if (objectStore && !aborted) {
        try (OutputStream object = fs.create(path, true)) {
          buffer.writeTo(object);
        }
      }
    }
  }
}
