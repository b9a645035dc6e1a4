package io.momentgan.storage;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.UUID;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.UnsupportedFileSystemException;

/**
 * All-or-nothing writing: a reader sees the old file or the whole new one, never a part.
 *
 * <p>Which way is taken depends on the file system. Streams that can be aborted (s3a) make the
 * object visible at close, so an error aborts them; renaming would copy there. Elsewhere a
 * temporary sibling is written and renamed over the target.
 */
public interface Publication {
  /**
   * Writes a file, replacing an older one.
   *
   * @param target where; parents are made
   * @param bytes the whole content
   * @throws IOException when nothing was changed
   */
  void publish(Path target, byte[] bytes) throws IOException;

  /**
   * The way for a file system.
   *
   * @param fs the file system
   * @param root a folder of it
   * @throws IOException when the file system cannot be asked
   */
  static Publication of(FileSystem fs, Path root) throws IOException {
    if (fs instanceof RawLocalFileSystem local) {
      return (target, bytes) -> local(local.pathToFile(target).toPath(), bytes);
    }
    if (fs.hasPathCapability(root, CommonPathCapabilities.ABORTABLE_STREAM)) {
      return (target, bytes) -> abortable(fs, target, bytes);
    }
    return (target, bytes) -> renamed(fs, target, bytes);
  }

  private static void local(java.nio.file.Path target, byte[] bytes) throws IOException {
    Files.createDirectories(target.getParent());
    java.nio.file.Path temporary =
        target.resolveSibling(temporaryName(target.getFileName().toString()));
    try {
      Files.write(temporary, bytes);
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  @SuppressWarnings("try") // closed by hand: close() after an error would publish a part
  private static void abortable(FileSystem fs, Path target, byte[] bytes) throws IOException {
    FSDataOutputStream out = fs.create(target, true);
    try {
      out.write(bytes);
    } catch (IOException | RuntimeException e) {
      out.abort();
      throw e;
    }
    out.close();
  }

  private static void renamed(FileSystem fs, Path target, byte[] bytes) throws IOException {
    fs.mkdirs(target.getParent());
    Path temporary = new Path(target.getParent(), temporaryName(target.getName()));
    try (OutputStream out = fs.create(temporary, true)) {
      out.write(bytes);
    } catch (IOException | RuntimeException e) {
      deleteAfter(e, fs, temporary);
      throw e;
    }
    try {
      rename(fs, temporary, target);
    } catch (IOException | RuntimeException e) {
      deleteAfter(e, fs, temporary);
      throw e;
    }
  }

  private static void rename(FileSystem fs, Path from, Path to) throws IOException {
    try {
      FileContext.getFileContext(fs.getUri(), fs.getConf())
          .rename(from, to, Options.Rename.OVERWRITE);
    } catch (UnsupportedFileSystemException noFileContext) {
      fs.delete(to, false);
      if (!fs.rename(from, to)) {
        throw new IOException("%s could not be renamed to %s".formatted(from, to), noFileContext);
      }
    }
  }

  private static void deleteAfter(Exception e, FileSystem fs, Path temporary) {
    try {
      fs.delete(temporary, false);
    } catch (IOException again) {
      e.addSuppressed(again);
    }
  }

  /** Spark and Hadoop readers skip names that begin with a dot. */
  private static String temporaryName(String name) {
    return ".%s.%s.tmp".formatted(name, UUID.randomUUID());
  }
}
