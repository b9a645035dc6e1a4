package io.momentgan.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
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
 * <p>An abortable stream (s3a) publishes its object at close, so an error aborts it; a rename would
 * copy there. Other file systems get a temporary sibling, which is renamed over the target.
 */
public interface Publication {
  /**
   * Writes a file, replacing an older one.
   *
   * @param target where; missing parents are made
   * @param bytes the whole content
   * @throws IOException when nothing was changed
   */
  void publish(Path target, byte[] bytes) throws IOException;

  /** Chooses the way to write that a file system allows, asking it about a folder. */
  static Publication of(FileSystem fs, Path folder) throws IOException {
    if (fs instanceof RawLocalFileSystem local) {
      return (target, bytes) -> local(local.pathToFile(target).toPath(), bytes);
    }
    if (fs.hasPathCapability(folder, CommonPathCapabilities.ABORTABLE_STREAM)) {
      return (target, bytes) -> abortable(fs, target, bytes);
    }
    return (target, bytes) -> renamed(fs, target, bytes);
  }

  /** Writes a file on the local disk, all or nothing; missing parents are made. */
  static void local(java.nio.file.Path target, byte[] bytes) throws IOException {
    Files.createDirectories(target.getParent());
    java.nio.file.Path temporary = temporary(target);
    try {
      try (FileChannel out =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
          out.write(left);
        }
        // Else a name may survive a loss of power, and its contents not.
        out.force(true);
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      syncFolder(target.getParent());
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** Makes the names in a folder durable, where the system can. */
  private static void syncFolder(java.nio.file.Path folder) {
    try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
      names.force(true);
    } catch (IOException e) {
      // Not every file system has this; the file itself is there.
    }
  }

  /** Names a new file beside a target, to be renamed over it. */
  static java.nio.file.Path temporary(java.nio.file.Path target) {
    return target.resolveSibling(temporaryName(target.getFileName().toString()));
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
    try {
      try (FSDataOutputStream out = fs.create(temporary, true)) {
        out.write(bytes);
        out.hsync();
      }
      rename(fs, temporary, target);
    } catch (IOException | RuntimeException e) {
      try {
        fs.delete(temporary, false);
      } catch (IOException undeleted) {
        e.addSuppressed(undeleted);
      }
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

  /** Whether a name is one of {@link #temporaryName}. */
  static boolean isTemporary(String name) {
    return name.matches("\\..+\\.[0-9a-f-]{36}\\.tmp");
  }

  /** Spark and Hadoop readers skip names that begin with a dot. */
  private static String temporaryName(String name) {
    return ".%s.%s.tmp".formatted(name, UUID.randomUUID());
  }
}
