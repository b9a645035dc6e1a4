package io.momentgan.storage;

import io.momentgan.config.UserException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.commons.lang3.exception.ExceptionUtils;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * A folder on any Hadoop file system.
 *
 * <p>Paths given to its methods are relative to the folder, with '/' between names. Files appear
 * whole or not at all. Failures that the user can mend come as {@link UserException}, others as
 * {@link UncheckedIOException}; both name the location.
 */
public final class Folder {
  private static final int READ_ATTEMPTS = 5;

  /** Largest array of bytes. */
  private static final int MOST_BYTES = Integer.MAX_VALUE - 8;

  private final FileSystem fs;
  private final Path root;
  private final Publication publication;
  private final Runnable guard;

  private Folder(FileSystem fs, Path root, Runnable guard) throws IOException {
    this.fs = fs;
    this.root = fs.makeQualified(root);
    this.publication = Publication.of(fs, this.root);
    this.guard = guard;
  }

  /**
   * This folder, in which nothing is written or deleted but while a lease is held.
   *
   * @param lease its lease
   */
  public Folder under(Lease lease) {
    try {
      return new Folder(fs, root, lease::requireHeld);
    } catch (IOException e) {
      throw StorageFailure.of("open", root, e);
    }
  }

  /**
   * Something in a folder.
   *
   * @param name its last name
   * @param size length in bytes; 0 for folders
   * @param folder whether it is a folder
   */
  public record Entry(String name, long size, boolean folder) {}

  /**
   * Opens a folder.
   *
   * @param uri a path or a URI such as {@code s3a://bucket/runs}; it need not exist yet
   * @param hadoopSettings Hadoop properties by key, such as {@code fs.s3a.endpoint}
   * @throws UserException when it is no location, or of no file system that there is
   */
  public static Folder at(String uri, Map<String, String> hadoopSettings) {
    if (uri.matches("(?i)https?:.*")) { // Hadoop's client of these has no timeouts and cannot list
      throw new UserException(
          "\"%s\" is a web address, expected a folder or a store such as s3a://; download what lies there"
              .formatted(uri));
    }
    Configuration configuration = new Configuration();
    hadoopSettings.forEach(configuration::set);
    try {
      Path path = new Path(uri);
      FileSystem fs = path.getFileSystem(configuration);
      // Without the checksum layer there are no .crc files.
      return new Folder(
          fs instanceof LocalFileSystem ? new LocalDisk(configuration) : fs, path, () -> {});
    } catch (IllegalArgumentException e) {
      throw new UserException(
          "\"%s\" is no location: %s".formatted(uri, ExceptionUtils.getRootCause(e).getMessage()),
          e);
    } catch (IOException e) {
      throw StorageFailure.of("open", uri, e);
    }
  }

  /**
   * Writes a file, all or nothing, over an older one if there is one.
   *
   * @param relativePath such as {@code samples/epoch-0001.png}; folders on the way are made
   * @param bytes the whole content
   */
  public void publish(String relativePath, byte[] bytes) {
    Path target = resolve(relativePath);
    guard.run();
    try {
      publication.publish(target, bytes);
    } catch (IOException e) {
      throw StorageFailure.of("write", target, e);
    }
  }

  /**
   * Writes a text file in UTF-8, all or nothing.
   *
   * @param relativePath where
   * @param text the whole content
   */
  public void publish(String relativePath, String text) {
    publish(relativePath, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Reads a file.
   *
   * @param relativePath which
   * @return its bytes
   */
  public byte[] read(String relativePath) {
    Path path = resolve(relativePath);
    try {
      return readAll(path, MOST_BYTES);
    } catch (IOException e) {
      throw StorageFailure.of("read", path, e);
    }
  }

  /**
   * Reads a file that may be anybody's.
   *
   * @param relativePath which
   * @param mostBytes its largest size
   * @return its bytes
   * @throws UserException when it is larger
   */
  public byte[] read(String relativePath, long mostBytes) {
    Path path = resolve(relativePath);
    try {
      byte[] bytes = readAll(path, (int) Math.min(MOST_BYTES, mostBytes + 1));
      if (bytes.length > mostBytes) {
        throw new UserException(
            "%s: found more than %,d bytes, expected a smaller file; is it the right one?"
                .formatted(path, mostBytes));
      }
      return bytes;
    } catch (IOException e) {
      throw StorageFailure.of("read", path, e);
    }
  }

  /** If an object is replaced while it is read, S3A gives neither the old nor the new. */
  private byte[] readAll(Path path, int most) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try (InputStream in = fs.open(path)) {
        return in.readNBytes(most);
      } catch (IOException e) {
        boolean replaced = e.getClass().getSimpleName().equals("RemoteFileChangedException");
        if (!replaced || attempt == READ_ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  /**
   * Reads a text file in UTF-8 that may be anybody's.
   *
   * @param relativePath which
   * @param mostBytes its largest size
   * @throws UserException when it is larger
   */
  public String readText(String relativePath, int mostBytes) {
    return new String(read(relativePath, mostBytes), StandardCharsets.UTF_8);
  }

  /** Reads a text file in UTF-8. */
  public String readText(String relativePath) {
    return new String(read(relativePath), StandardCharsets.UTF_8);
  }

  /** Whether there is a file or folder of this path. */
  public boolean exists(String relativePath) {
    Path path = resolve(relativePath);
    try {
      return fs.exists(path);
    } catch (IOException e) {
      throw StorageFailure.of("look for", path, e);
    }
  }

  /**
   * What lies directly in a folder, by name.
   *
   * @param relativeFolder which; "" for the run's folder itself
   * @return empty when there is no such folder
   */
  public List<Entry> list(String relativeFolder) {
    Path path = resolve(relativeFolder);
    try {
      return Arrays.stream(fs.listStatus(path))
          .map(Folder::entry)
          .sorted(Comparator.comparing(Entry::name))
          .toList();
    } catch (FileNotFoundException e) {
      return List.of();
    } catch (IOException e) {
      throw StorageFailure.of("list", path, e);
    }
  }

  /** Times of change of this folder's own files whose names have a prefix, in ms by the store. */
  Map<String, Long> times(String prefix) {
    try {
      return Arrays.stream(fs.listStatus(root))
          .filter(status -> status.isFile() && status.getPath().getName().startsWith(prefix))
          .collect(
              Collectors.toMap(
                  status -> status.getPath().getName(), FileStatus::getModificationTime));
    } catch (IOException e) {
      throw StorageFailure.of("list", root, e);
    }
  }

  private static Entry entry(FileStatus status) {
    boolean folder = status.isDirectory();
    return new Entry(status.getPath().getName(), folder ? 0 : status.getLen(), folder);
  }

  /**
   * Deletes a file or an empty folder; a folder that holds something is refused.
   *
   * @param relativePath which
   * @return whether there was something to delete
   */
  public boolean delete(String relativePath) {
    Path path = resolve(relativePath);
    guard.run();
    try {
      return fs.delete(path, false);
    } catch (IOException e) {
      throw StorageFailure.of("delete", path, e);
    }
  }

  /**
   * Deletes a folder and what is in it; in an object store by lists, a thousand objects at a time.
   *
   * @param relativePath which
   */
  public void deleteFolder(String relativePath) {
    Path path = resolve(relativePath);
    guard.run();
    try {
      fs.delete(path, true);
    } catch (IOException e) {
      throw StorageFailure.of("delete", path, e);
    }
  }

  /**
   * Deletes what processes have left that were killed while they wrote: uploads to a store, which
   * nobody sees and the store charges for, and temporary files that are an hour old.
   */
  public void deleteLeftovers() {
    guard.run();
    Leftovers.delete(fs, root);
  }

  /** The folder's location with its scheme, such as {@code s3a://bucket/runs/00003-ff5}. */
  public String uri() {
    return root.toString();
  }

  /** The folder's own name, such as {@code 00003-ff5}. */
  public String name() {
    return root.getName();
  }

  /**
   * The address of another folder in a page of this one: relative where both are in one file
   * system, so that they can be moved together.
   */
  public String addressOf(Folder other) {
    URI from = root.toUri();
    URI to = other.root.toUri();
    if (!Objects.equals(from.getScheme(), to.getScheme())
        || !Objects.equals(from.getAuthority(), to.getAuthority())) {
      return to.toASCIIString();
    }
    java.nio.file.Path way =
        java.nio.file.Path.of(from.getPath()).relativize(java.nio.file.Path.of(to.getPath()));
    try {
      // Without a dot, a colon in the first name would end a scheme.
      return new URI(null, null, "./" + way, null).toASCIIString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException("No address of " + other, e);
    }
  }

  @Override
  public String toString() {
    return root.toUri().getScheme().equals("file") ? root.toUri().getPath() : uri();
  }

  /**
   * Makes the folder itself; exclusively where the file system can (local disks).
   *
   * @return false when it was there already, as far as the file system tells
   */
  public boolean make() {
    try {
      if (!(fs instanceof RawLocalFileSystem local)) {
        return !fs.exists(root) && fs.mkdirs(root);
      }
      java.nio.file.Path folder = local.pathToFile(root).toPath();
      Files.createDirectories(folder.getParent());
      try {
        Files.createDirectory(folder);
        return true;
      } catch (FileAlreadyExistsException e) {
        return false;
      }
    } catch (IOException e) {
      throw StorageFailure.of("make the folder", root, e);
    }
  }

  /** The folder of a name in this one. */
  public Folder child(String name) {
    try {
      return new Folder(fs, new Path(root, name), guard);
    } catch (IOException e) {
      throw StorageFailure.of("open", new Path(root, name), e);
    }
  }

  private Path resolve(String relativePath) {
    if (relativePath.startsWith("/") || relativePath.matches("(.*/)?\\.\\.(/.*)?")) {
      throw new IllegalArgumentException(
          "Invalid path: %s (must be relative and stay in the folder)".formatted(relativePath));
    }
    return relativePath.isEmpty() ? root : new Path(root, relativePath);
  }
}
