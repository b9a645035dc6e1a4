package io.momentgan.app;

import io.momentgan.run.RunRecord;
import io.momentgan.storage.Folder;
import io.momentgan.storage.StorageCheck;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Finds the record of a run that {@code train} is to repeat. */
final class Recorded {
  private static final Pattern URI = Pattern.compile("[a-z][a-z0-9+.-]+:.*");

  private Recorded() {}

  /**
   * Reads the record of a run.
   *
   * @param location an experiment, a run.yaml or the folder of a run: a path or a URI
   * @param settings settings of stores
   * @return empty for an experiment, and where there is nothing
   * @throws io.momentgan.config.UserException when the store does not answer, or the record is
   *     damaged or of another format
   */
  static Optional<RunRecord> at(String location, SettingOptions settings) {
    Path local = Path.of(location);
    if (Files.isRegularFile(local)) {
      return RunRecord.parse(text(local), location);
    }
    if (!Files.isDirectory(local) && !URI.matcher(location).matches()) {
      return Optional.empty();
    }
    Map<String, String> hadoop = settings.hadoop();
    StorageCheck.requireReadable("Run", location, hadoop);
    String folder = location.replaceFirst("/+(" + Pattern.quote(RunRecord.FILE) + ")?$", "");
    return Optional.of(RunRecord.read(Folder.at(folder, hadoop)));
  }

  /** Empty for a file that is no text: reading it as settings says why. */
  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }
}
