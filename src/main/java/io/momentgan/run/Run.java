package io.momentgan.run;

import io.momentgan.classification.Classifier;
import io.momentgan.network.state.NetworkState;
import io.momentgan.storage.Folder;
import io.momentgan.storage.Lease;
import java.util.List;
import java.util.Map;

/**
 * A run on disk: opened once by a command and passed on.
 *
 * @param folder its folder
 * @param record its {@code run.yaml}
 * @param checkpoints its checkpoints
 */
public record Run(Folder folder, RunRecord record, Checkpoints checkpoints) {
  /**
   * Opens a run.
   *
   * @param uri the folder that holds {@code run.yaml}, or one with exactly one such folder in it
   * @param hadoop settings for Hadoop's file systems
   * @throws io.momentgan.config.UserException when there is not exactly one, or its record is
   *     damaged or of another format
   */
  public static Run open(String uri, Map<String, String> hadoop) {
    Folder folder = Runs.open(uri, hadoop);
    RunRecord record = RunRecord.read(folder);
    return new Run(folder, record, new Checkpoints(folder, record));
  }

  /**
   * Makes a new run's folder and writes its record.
   *
   * @param out folder of all runs
   * @param record the record
   * @param hadoop settings for Hadoop's file systems
   */
  public static Run create(String out, RunRecord record, Map<String, String> hadoop) {
    Folder folder = Runs.create(out, record.experiment().name(), hadoop);
    folder.publish(RunRecord.FILE, record.toYaml());
    return new Run(folder, record, new Checkpoints(folder, record));
  }

  /**
   * Its discriminator as it names the classes of images.
   *
   * @param discriminator the state, from a snapshot or a checkpoint
   * @throws io.momentgan.config.UserException if it names none
   */
  public Classifier classifier(NetworkState discriminator) {
    return new Classifier(
        folder.name(), record.experiment(), record.shape(), record.data().classes(), discriminator);
  }

  /**
   * This run, of which nothing is written or deleted but while a lease is held.
   *
   * @param lease of its folder
   */
  public Run under(Lease lease) {
    Folder guarded = folder.under(lease);
    return new Run(guarded, record, new Checkpoints(guarded, record));
  }

  /** This run with some settings overridden. */
  public Run with(List<String> overrides) {
    return overrides.isEmpty() ? this : with(record.with(overrides));
  }

  /**
   * This run as it goes on with the workers of its settings.
   *
   * @param rounds that are made
   */
  public Run goingOn(long rounds) {
    RunRecord going = record.goingOn(rounds);
    // Files of a checkpoint depend on the workers that wrote it.
    return going.equals(record) ? this : new Run(folder, going, new Checkpoints(folder, going));
  }

  /** This run with another record. */
  public Run with(RunRecord other) {
    return new Run(folder, other, checkpoints);
  }
}
