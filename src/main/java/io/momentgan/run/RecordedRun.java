package io.momentgan.run;

import io.momentgan.config.SettingsText;
import io.momentgan.config.UserException;
import io.momentgan.storage.Folder;
import io.momentgan.storage.StorageCheck;
import java.io.File;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** Finds the record of a run that {@code train} is to repeat. */
public final class RecordedRun {
  private static final Pattern URI = Pattern.compile("[a-z][a-z0-9+.-]+:.*");

  private RecordedRun() {}

  /**
   * Reads the record of a run.
   *
   * @param location an experiment, a run.yaml or the folder of a run: a path or a URI
   * @param hadoopSettings settings for Hadoop's file systems, asked for only where the location
   *     needs them
   * @return empty for an experiment, and where there is nothing
   * @throws UserException when the store does not answer, or the record is damaged or of another
   *     format
   */
  public static Optional<RunRecord> at(
      String location, Supplier<Map<String, String>> hadoopSettings) {
    File local = new File(location); // takes any text, also what no path can hold
    if (local.isFile()) {
      return RunRecord.parse(SettingsText.read(local.toPath()), location);
    }
    if (!local.isDirectory() && !URI.matcher(location).matches()) {
      return Optional.empty();
    }
    Map<String, String> hadoop = hadoopSettings.get();
    StorageCheck.requireReadable("Run", location, hadoop);
    String folder = location.replaceFirst("/+(" + Pattern.quote(RunRecord.FILE) + ")?$", "");
    return Optional.of(RunRecord.read(Folder.at(folder.isEmpty() ? "/" : folder, hadoop)));
  }
}
