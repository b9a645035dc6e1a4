package io.momentgan.data;

import java.nio.file.Path;

/** The home folder in paths, as shells write it. */
public final class HomeFolder {
  private HomeFolder() {}

  /**
   * Replaces a leading {@code ~} by the home folder.
   *
   * @param path as a user writes it
   */
  public static Path expand(String path) {
    return path.equals("~") || path.startsWith("~/")
        ? Path.of(System.getProperty("user.home") + path.substring(1))
        : Path.of(path);
  }
}
