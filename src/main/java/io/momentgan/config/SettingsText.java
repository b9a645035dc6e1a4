package io.momentgan.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads files of settings. */
public final class SettingsText {
  /** Far above any settings; a run.yaml has 10 kB. */
  private static final long MOST_BYTES = 1 << 20;

  private SettingsText() {}

  /**
   * Reads a file of settings.
   *
   * @param file a regular file of at most 1 MiB in UTF-8
   * @return its text
   * @throws UserException when it is none
   */
  public static String read(Path file) {
    try {
      if (!Files.exists(file)) {
        throw new UserException(
            "%s: no such file; give a settings file such as conf/experiments/quickstart.yaml"
                .formatted(file));
      }
      if (!Files.isRegularFile(file)) {
        // A pipe would be waited for, and holds its text only once; a device may have no end.
        throw new UserException(
            "%s: found a %s, expected a settings file; write the settings to one"
                .formatted(file, Files.isDirectory(file) ? "folder" : "pipe or device"));
      }
      long bytes = Files.size(file);
      if (bytes > MOST_BYTES) {
        throw new UserException(
            "%s: found %d bytes, expected a settings file of at most %d; give one such as conf/experiments/quickstart.yaml"
                .formatted(file, bytes, MOST_BYTES));
      }
      // Files of the system, such as in /proc, claim to be empty; some of them never end.
      return bytes == 0 ? "" : Files.readString(file);
    } catch (IOException e) {
      throw new UserException("%s: cannot be read as text: %s".formatted(file, e.getMessage()), e);
    }
  }
}
