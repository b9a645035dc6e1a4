package io.momentgan.data;

import io.momentgan.storage.LocalDisk;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A file on any file system that Hadoop reaches.
 *
 * @param path path or URI
 * @param settings Hadoop settings; never shown, as they may hold secrets
 */
public record HadoopFile(String path, Map<String, String> settings) implements FileLocation {
  private static final String LOCAL = "file:";

  // Copied: reading Hadoop's own settings takes 20 ms each time.
  private static final Configuration DEFAULTS = loaded();

  private static Configuration loaded() {
    Configuration defaults = new Configuration();
    defaults.get(FileSystem.FS_DEFAULT_NAME_KEY); // the first question reads the files
    return defaults;
  }

  public HadoopFile {
    settings = Map.copyOf(settings);
  }

  /** Opens a file system that the caller closes; the local one without its layer of checksums. */
  public static FileSystem fileSystem(Path path, Map<String, String> settings) throws IOException {
    Configuration configuration = new Configuration(DEFAULTS);
    settings.forEach(configuration::set);
    URI uri =
        path.toUri().getScheme() == null ? FileSystem.getDefaultUri(configuration) : path.toUri();
    if (uri.getScheme().equals("file")) {
      return new LocalDisk(configuration);
    }
    // A new one: Hadoop's shared file systems keep the settings of their first user.
    return FileSystem.newInstance(path.toUri(), configuration);
  }

  @Override
  public InputStream open() throws IOException {
    Path file = new Path(path);
    FileSystem fileSystem = fileSystem(file, settings);
    try {
      return new OwningStream(fileSystem.open(file), fileSystem);
    } catch (IOException | RuntimeException e) {
      fileSystem.close();
      throw e;
    }
  }

  @Override
  public String toString() {
    return text(path);
  }

  /** Shows a location; a local one as a plain path. */
  public static String text(String location) {
    return location.startsWith(LOCAL + "/") ? location.substring(LOCAL.length()) : location;
  }

  /** Closes the file system together with the file. */
  private static final class OwningStream extends FilterInputStream {
    private final FileSystem fileSystem;

    OwningStream(InputStream file, FileSystem fileSystem) {
      super(file);
      this.fileSystem = fileSystem;
    }

    @Override
    public void close() throws IOException {
      try (fileSystem) {
        super.close();
      }
    }
  }
}
