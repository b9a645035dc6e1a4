package io.momentgan.config;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Where MomentGAN lies and how its user called it, as the scripts of {@code submit/} say. */
public final class Installation {
  private static final String COMMAND = "MOMENTGAN_COMMAND";
  private static final String HOME = "MOMENTGAN_HOME";
  private static final String SUFFIX = ".yaml";

  private Installation() {}

  /**
   * The words that a user types before a command, such as {@code submit/local} or {@code
   * submit/spark --master local[2]}.
   */
  public static String command() {
    return System.getenv().getOrDefault(COMMAND, "submit/local");
  }

  /** The script alone, such as {@code submit/spark}. */
  public static String script() {
    return command().replaceFirst(" .*", "");
  }

  /**
   * Finds a settings file: of this path, else of this name among the installation's own, or those
   * of the jar where there is no installation.
   *
   * @param given such as {@code ff-5} for {@code conf/experiments/ff-5.yaml}
   * @param folder of the installation's own files, such as {@code conf/experiments}
   * @return a path that exists
   * @throws UserException that suggests the nearest name
   */
  public static Path find(String given, String folder) {
    Path path = path(given);
    if (Files.exists(path)) {
      return path;
    }
    if (path.getNameCount() == 1) {
      Path named = own(folder).resolve(given + SUFFIX);
      if (Files.isRegularFile(named)) {
        return named;
      }
    }
    String name = String.valueOf(path.getFileName()).replaceFirst("\\.ya?ml$", "");
    throw new UserException(
        "%s: no such file, expected a settings file, or the name of one in %s%s"
            .formatted(given, folder, Suggestion.of(name, names(folder))));
  }

  private static Path path(String given) {
    try {
      return Path.of(given);
    } catch (InvalidPathException e) {
      throw new UserException(
          "%s: no name of a file; give a settings file such as conf/experiments/quickstart.yaml"
              .formatted(given.replace('\0', '?')),
          e);
    }
  }

  /**
   * The names that {@link #find} knows.
   *
   * @param folder of the installation's own files, such as {@code conf/experiments}
   * @return in order, such as {@code ff-5}; empty without such a folder
   */
  public static List<String> names(String folder) {
    try (Stream<Path> files = Files.list(own(folder))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(SUFFIX))
          .map(name -> name.substring(0, name.length() - SUFFIX.length()))
          .sorted()
          .toList();
    } catch (IOException e) {
      return List.of(); // the suggestion is a courtesy
    }
  }

  private static Path own(String folder) {
    Path own = Path.of(System.getenv().getOrDefault(HOME, "")).resolve(folder);
    URL inJar = Installation.class.getResource("/io/momentgan/" + folder);
    return Files.isDirectory(own) || inJar == null ? own : path(inJar);
  }

  private static Path path(URL resource) {
    try {
      URI uri = resource.toURI();
      if (uri.getScheme().equals("jar")) {
        open(uri);
      }
      return Path.of(uri);
    } catch (URISyntaxException | IOException e) {
      throw new UserException("%s: cannot be read: %s".formatted(resource, e.getMessage()), e);
    }
  }

  /** Makes the files of a jar known to this process, once. */
  private static synchronized void open(URI jar) throws IOException {
    try {
      FileSystems.getFileSystem(jar);
    } catch (FileSystemNotFoundException e) {
      FileSystems.newFileSystem(jar, Map.of());
    }
  }
}
