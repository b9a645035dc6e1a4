package io.momentgan.data;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.momentgan.config.Credentials;
import io.momentgan.storage.Digests;
import io.momentgan.storage.Publication;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * A file on the web, copied once into a folder of each machine that opens it.
 *
 * <p>The copy's SHA-256 lies beside it; a copy that does not match is downloaded again. Several
 * processes can share the folder, since copies appear whole or not at all.
 *
 * @param url address; messages and file names leave its query out, which may be a signature
 * @param cache folder for downloads; a leading {@code ~} is the home folder of the reading process
 */
public record DownloadedFile(String url, String cache) implements FileLocation {
  /** Largest file; 32 GiB, about 20 times the largest of the usual data sets. */
  private static final long MOST_BYTES = 32L << 30;

  private static final Object ONE_AT_A_TIME = new Object();

  @Override
  public InputStream open() throws IOException {
    Optional<Path> copy = fetch();
    if (copy.isEmpty()) {
      throw new FileNotFoundException(toString());
    }
    return Files.newInputStream(copy.get());
  }

  /** Returns the copy on this machine, downloaded if needed; empty if the server has no file. */
  public Optional<Path> fetch() {
    Path copy = copy();
    synchronized (ONE_AT_A_TIME) {
      try {
        return sound(copy) || download(copy) ? Optional.of(copy) : Optional.empty();
      } catch (IOException e) {
        throw new DataException(
            "%s: cannot be kept as %s (%s); set data.cache to a folder that can be written"
                .formatted(this, copy, e),
            e);
      }
    }
  }

  @Override
  public void discardCopy() {
    try {
      Files.deleteIfExists(hash(copy()));
    } catch (IOException e) {
      throw new DataException(
          "%s: delete the damaged copy %s by hand (%s)".formatted(this, copy(), e), e);
    }
  }

  @Override
  public String toString() {
    return Credentials.withoutQuery(url);
  }

  private boolean download(Path copy) throws IOException {
    Files.createDirectories(copy.getParent());
    Path part = Publication.temporary(copy);
    try {
      if (!new HttpDownload(URI.create(url), MOST_BYTES, HttpDownload.USUAL_PATIENCE).to(part)) {
        return false;
      }
      String sha256 = Digests.sha256(part);
      Files.move(part, copy, StandardCopyOption.ATOMIC_MOVE);
      Publication.local(hash(copy), sha256.getBytes(UTF_8));
      return true;
    } finally {
      Files.deleteIfExists(part);
    }
  }

  private static boolean sound(Path copy) throws IOException {
    Path hash = hash(copy);
    return Files.exists(copy)
        && Files.exists(hash)
        && Files.readString(hash, UTF_8).strip().equals(Digests.sha256(copy));
  }

  // A folder per address keeps files of equal names apart.
  private Path copy() {
    String path = URI.create(url).getPath();
    String name = path.substring(path.lastIndexOf('/') + 1).replaceAll("[^A-Za-z0-9._-]", "_");
    return FileLocation.expandHome(cache)
        .resolve(Digests.sha256(url).substring(0, 12))
        .resolve(name);
  }

  private static Path hash(Path copy) {
    return copy.resolveSibling(copy.getFileName() + ".sha256");
  }
}
