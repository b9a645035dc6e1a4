package io.momentgan.data.idx;

import io.momentgan.data.DataException;
import io.momentgan.data.DownloadedFile;
import io.momentgan.data.FileLocation;
import java.net.URI;
import java.util.Optional;

/**
 * Finds the IDX files below an HTTP address by asking for their usual names.
 *
 * @param cache folder for the downloads
 */
public record HttpFolder(String cache) {
  /** Finds the files below a folder's address, or an image file and its labels. */
  public IdxFiles find(String url) {
    URI address = address(url);
    String name = address.getPath().substring(address.getPath().lastIndexOf('/') + 1);
    return IdxNames.isFile(name) ? aroundFile(address, name) : inFolder(folder(address));
  }

  private IdxFiles inFolder(URI folder) {
    FileLocation images =
        any(folder, IdxNames.TRAINING, IdxKind.IMAGES).orElseThrow(() -> missing(folder));
    Optional<FileLocation> testImages = any(folder, IdxNames.TEST, IdxKind.IMAGES);
    return new IdxFiles(
        images,
        any(folder, IdxNames.TRAINING, IdxKind.LABELS),
        testImages,
        testImages.flatMap(f -> any(folder, IdxNames.TEST, IdxKind.LABELS)));
  }

  private IdxFiles aroundFile(URI file, String name) {
    FileLocation images = optional(file).orElseThrow(() -> missing(file));
    Optional<FileLocation> labels =
        IdxNames.labelsBeside(name).stream()
            .flatMap(labelName -> optional(sibling(file, name, labelName)).stream())
            .findFirst();
    return IdxFiles.of(images, labels);
  }

  private static DataException missing(URI url) {
    return new DataException(
        url
            + ": no such file (HTTP 404); set data.uri to the address of the folder with "
            + IdxNames.published(IdxNames.TRAINING, IdxKind.IMAGES)
            + " (or another of its usual names), or of an IDX file of images");
  }

  /** The first of a file's usual names that is there, gzipped or not. */
  private Optional<FileLocation> any(URI folder, String split, IdxKind kind) {
    return IdxNames.candidates(split, kind).stream()
        .flatMap(name -> optional(folder.resolve(name)).stream())
        .findFirst();
  }

  private Optional<FileLocation> optional(URI url) {
    DownloadedFile file = new DownloadedFile(url.toString(), cache);
    return file.fetch().map(path -> file);
  }

  /** The address with another file name, and the same query, such as a signature. */
  private static URI sibling(URI file, String name, String otherName) {
    String query = file.getRawQuery() == null ? "" : "?" + file.getRawQuery();
    String path = file.getRawPath();
    return file.resolve(path.substring(0, path.length() - name.length()) + otherName + query);
  }

  private static URI folder(URI address) {
    return address.getPath().endsWith("/") ? address : URI.create(address + "/");
  }

  private static URI address(String url) {
    try {
      URI address = URI.create(url);
      if (address.getHost() != null) {
        return address.normalize();
      }
    } catch (IllegalArgumentException e) {
      throw new DataException("data.uri: %s is no address: %s".formatted(url, e.getMessage()), e);
    }
    throw new DataException("data.uri: %s names no host, expected http://host/path".formatted(url));
  }
}
