package io.momentgan.data.idx;

import io.momentgan.config.Credentials;
import io.momentgan.data.DataException;
import io.momentgan.data.DownloadedFile;
import io.momentgan.data.FileLocation;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * Finds IDX files below an HTTP address by asking for their usual names.
 *
 * @param cache folder for the downloads
 */
public record HttpFolder(String cache) {
  /** Names of files in the other forms that are read over HTTP. */
  private static final Pattern OTHER =
      Pattern.compile(
          "(?i).*\\.(npy|npz|mat|parquet|[ct]sv|[ct]sv\\.gz|zip|tar|tgz|tbz2?|txz|7z|rar|tar\\.\\w+)");

  /** Whether an address names a folder or an IDX file, by its name. */
  public static boolean isIdx(String url) {
    String path = address(url).getPath();
    String name = path.substring(path.lastIndexOf('/') + 1);
    return !OTHER.matcher(name).matches();
  }

  /** Finds the files below a folder's address, or an image file and its labels. */
  public IdxFiles find(String url) {
    URI address = address(url);
    String name = address.getPath().substring(address.getPath().lastIndexOf('/') + 1);
    if (IdxFiles.isFile(name)) {
      FileLocation images = download(address.toString()).orElseThrow(() -> missing(address));
      List<String> labels = IdxFiles.labelsBeside(name);
      return IdxFiles.of(images, firstOf(labels, label -> sibling(address, name, label)));
    }
    return IdxFiles.inFolder(
        names -> firstOf(names, each -> sibling(address, "", each)), () -> missing(address));
  }

  private static DataException missing(URI url) {
    return new DataException(
        Credentials.withoutQuery(url.toString())
            + ": no such file (HTTP 404); set data.uri to the address of the folder with "
            + IdxFiles.trainingImageNames().get(0)
            + " (or another of its usual names), or of an IDX file of images");
  }

  private Optional<FileLocation> firstOf(List<String> names, UnaryOperator<String> url) {
    return names.stream().flatMap(name -> download(url.apply(name)).stream()).findFirst();
  }

  private Optional<FileLocation> download(String url) {
    DownloadedFile file = new DownloadedFile(url, cache);
    return file.fetch().map(path -> file);
  }

  /** Replaces the file name of an address and keeps its query, such as a signature. */
  private static String sibling(URI file, String name, String otherName) {
    String query = file.getRawQuery() == null ? "" : "?" + file.getRawQuery();
    String path = file.getRawPath();
    String start = path.substring(0, path.length() - name.length());
    String folder = start.endsWith("/") ? start : start + "/";
    return file.resolve(folder + otherName + query).toString();
  }

  private static URI address(String url) {
    try {
      URI address = URI.create(url);
      if (address.getHost() != null) {
        return address.normalize();
      }
    } catch (IllegalArgumentException e) { // its message repeats the address
      String text = Credentials.withoutQuery(url);
      throw new DataException(
          "data.uri: found %s, expected a web address; replace characters such as spaces by %%20"
              .formatted(text));
    }
    throw new DataException(
        "data.uri: %s names no host, expected http://host/path"
            .formatted(Credentials.withoutQuery(url)));
  }
}
