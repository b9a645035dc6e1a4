package io.momentgan.app;

import io.momentgan.config.Experiment;
import io.momentgan.config.SettingDifferences;
import io.momentgan.config.UserException;
import io.momentgan.data.DataSet;
import io.momentgan.data.sets.DataSets;
import io.momentgan.report.RunReport;
import io.momentgan.run.Checkpoints;
import io.momentgan.run.EpochLine;
import io.momentgan.run.RunRecord;
import io.momentgan.run.Runs;
import io.momentgan.storage.Folder;
import io.momentgan.training.Preflight;
import io.momentgan.training.RunFailedException;
import io.momentgan.training.SparkContexts;
import io.momentgan.training.StoppedException;
import io.momentgan.training.TrainingRun;
import io.momentgan.training.Trainings;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run of a sweep.
 *
 * @param experiment its settings, workers known
 * @param out folder that gets the run's folder, and nothing else
 */
record SweepRun(Experiment experiment, String out) {
  private static final Logger LOG = LoggerFactory.getLogger(SweepRun.class);

  /**
   * A run of a sweep.
   *
   * @param given its settings
   * @param all folder of all runs
   */
  static SweepRun of(Experiment given, String all) {
    Experiment experiment = SparkContexts.withWorkers(given);
    return new SweepRun(experiment, all + "/" + key(experiment));
  }

  private static String key(Experiment experiment) {
    return "%s-seed-%d".formatted(experiment.name(), experiment.train().seed());
  }

  /** What it is called, such as {@code ff-1-seed-2}. */
  String key() {
    return key(experiment);
  }

  /** What becomes of a run. */
  enum Done {
    /** There was nothing of it. */
    TRAINED,
    /** It had been interrupted, or is prolonged. */
    RESUMED,
    /** It was complete. */
    SKIPPED,
    /** It was not finished, for the reason given. */
    FAILED
  }

  /**
   * What became of a run.
   *
   * @param key what it is called
   * @param done what was done
   * @param epochs epochs that it has
   * @param seconds time spent on its rounds
   * @param where its folder; why it failed, for one that did
   */
  record Outcome(String key, Done done, int epochs, double seconds, String where) {
    boolean failed() {
      return done == Done.FAILED;
    }

    /** A Markdown table. */
    static String table(List<Outcome> outcomes) {
      return "| run | done | epochs | seconds | folder |\n|---|---|---|---|---|\n"
          + outcomes.stream().map(Outcome::row).collect(Collectors.joining());
    }

    private String row() {
      return String.format(
          Locale.ROOT,
          "| %s | %s | %d | %.1f | %s |%n",
          key,
          done.name().toLowerCase(Locale.ROOT),
          epochs,
          seconds,
          where.replace("|", "\\|"));
    }
  }

  /** What would be done. */
  Outcome plan(Map<String, String> hadoop) {
    try {
      Optional<Folder> folder = folder(hadoop);
      if (folder.isEmpty()) {
        return new Outcome(key(), Done.TRAINED, 0, 0, out);
      }
      DataSet images = images();
      RunRecord record = record(folder.get(), images);
      return outcome(
          isComplete(record, images, folder.get()) ? Done.SKIPPED : Done.RESUMED, folder);
    } catch (UserException e) {
      return failure(e, Optional.empty());
    }
  }

  /** Makes it, as far as it is not made yet. */
  Outcome make(Map<String, String> hadoop) {
    Optional<Folder> folder = Optional.empty();
    try {
      folder = folder(hadoop);
      DataSet images = images();
      Preflight.check(experiment, images);
      if (folder.isEmpty()) {
        return outcome(Done.TRAINED, Optional.of(Trainings.begin(experiment, images, out, hadoop)));
      }
      return outcome(goOn(folder.get(), images), folder);
    } catch (RuntimeException e) {
      return failure(e, folder.isPresent() ? folder : anyFolder(hadoop));
    }
  }

  private Done goOn(Folder folder, DataSet images) {
    RunRecord record = record(folder, images);
    if (isComplete(record, images, folder)) {
      if (!folder.exists(RunReport.PAGE)) {
        RunReport.write(folder);
      }
      return Done.SKIPPED;
    }
    record.warnOfOtherThreads();
    record.warnOfOtherProducts();
    Trainings.goOn(record, images, folder);
    return Done.RESUMED;
  }

  private DataSet images() {
    Map<String, String> hadoop = SparkContexts.hadoopSettings(experiment.s3());
    StoreOptions.requireReadable(experiment.data(), hadoop);
    return DataSets.open(experiment.data(), hadoop);
  }

  /** The run that was begun; more than one in its place is refused. */
  private Optional<Folder> folder(Map<String, String> hadoop) {
    Folder place = Folder.at(out, hadoop);
    boolean begun =
        place.list("").stream()
            .anyMatch(e -> e.folder() && place.exists(e.name() + "/" + RunRecord.FILE));
    return begun ? Optional.of(Runs.open(out, hadoop)) : Optional.empty();
  }

  private Optional<Folder> anyFolder(Map<String, String> hadoop) {
    try {
      return folder(hadoop);
    } catch (UserException e) {
      LOG.debug("No single run in {}", out, e);
      return Optional.empty();
    }
  }

  /** The record of the run that was begun, with what may change as it is wanted now. */
  private RunRecord record(Folder folder, DataSet images) {
    RunRecord begun = RunRecord.read(folder);
    String others =
        SettingDifferences.of(begun.experiment(), experiment).entrySet().stream()
            .filter(d -> !ResumeCommand.isChangeable(d.getKey()))
            .filter(d -> !d.getKey().equals("description"))
            .map(d -> d.getKey() + ": " + d.getValue())
            .collect(Collectors.joining("; "));
    if (!others.isEmpty()) {
      throw new UserException(
          "%s: a run with other settings (%s); give another --out or remove the folder"
              .formatted(folder, others));
    }
    begun.requireSame(images);
    return new RunRecord(
        experiment, begun.versions(), begun.data(), begun.created(), begun.threads());
  }

  private static boolean isComplete(RunRecord record, DataSet images, Folder folder) {
    return new Checkpoints(folder).newest().isPresent()
        && TrainingRun.isComplete(record, images, folder);
  }

  private Outcome outcome(Done done, Optional<Folder> folder) {
    List<EpochLine> epochs = folder.map(EpochLine::readAll).orElse(List.of());
    return new Outcome(
        key(),
        done,
        epochs.size(),
        epochs.isEmpty() ? 0 : epochs.get(epochs.size() - 1).seconds(),
        folder.map(Folder::toString).orElse(out));
  }

  private Outcome failure(RuntimeException e, Optional<Folder> folder) {
    Optional<String> explained = reason(e);
    if (explained.isEmpty()) {
      LOG.error("{} failed", key(), e);
    }
    Outcome reached = outcome(Done.FAILED, folder);
    String reason = explained.orElse(e.toString()).strip().replaceAll("\\s*\\R\\s*", " ");
    return new Outcome(key(), Done.FAILED, reached.epochs(), reached.seconds(), reason);
  }

  /** The message of the exception that is meant for the user; a worker's arrives wrapped. */
  private static Optional<String> reason(Throwable e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof UserException
          || t instanceof StoppedException
          || t instanceof RunFailedException) {
        return Optional.of(t.getMessage());
      }
    }
    return Optional.empty();
  }
}
