package io.momentgan.app;

import io.momentgan.config.Experiment;
import io.momentgan.config.SettingDifferences;
import io.momentgan.config.UserException;
import io.momentgan.data.DataSet;
import io.momentgan.data.sets.DataSets;
import io.momentgan.report.RunReport;
import io.momentgan.run.Checkpoint;
import io.momentgan.run.EpochLine;
import io.momentgan.run.Run;
import io.momentgan.run.Runs;
import io.momentgan.storage.Folder;
import io.momentgan.training.Preflight;
import io.momentgan.training.SparkContexts;
import io.momentgan.training.TrainingRun;
import io.momentgan.training.TrainingStoppedException;
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
      Optional<Run> begun = begun(hadoop);
      if (begun.isEmpty()) {
        return new Outcome(key(), Done.TRAINED, 0, 0, out);
      }
      DataSet images = images();
      Run run = continued(begun.get(), images);
      return outcome(isComplete(run, images) ? Done.SKIPPED : Done.RESUMED, begun);
    } catch (UserException e) {
      return failure(e, Optional.empty());
    }
  }

  /** Makes it, as far as it is not made yet. */
  Outcome make(Map<String, String> hadoop) {
    Optional<Run> begun = Optional.empty();
    try {
      begun = begun(hadoop);
      DataSet images = images();
      Preflight.check(experiment, images);
      if (begun.isEmpty()) {
        return outcome(
            Done.TRAINED, Optional.of(TrainingRun.begin(experiment, images, out, hadoop)));
      }
      return outcome(goOn(begun.get(), images), begun);
    } catch (RuntimeException e) {
      return failure(e, begun.isPresent() ? begun : anyRun(hadoop));
    }
  }

  private Done goOn(Run begun, DataSet images) {
    Run run = continued(begun, images);
    Optional<Checkpoint> newest = run.checkpoints().newest();
    if (newest.isPresent() && TrainingRun.isComplete(run, images, newest.get())) {
      if (!run.folder().exists(RunReport.PAGE)) {
        RunReport.write(run.folder());
      }
      return Done.SKIPPED;
    }
    run.record().warnOfOtherBits();
    TrainingRun.goOn(run, images, newest);
    return Done.RESUMED;
  }

  private DataSet images() {
    Map<String, String> hadoop = SparkContexts.hadoopSettings(experiment.s3());
    StoreOptions.requireReadable(experiment.data(), hadoop);
    return DataSets.open(experiment.data(), hadoop);
  }

  /** The run that was begun; more than one in its place is refused. */
  private Optional<Run> begun(Map<String, String> hadoop) {
    return Runs.in(Folder.at(out, hadoop)).isEmpty()
        ? Optional.empty()
        : Optional.of(Run.open(out, hadoop));
  }

  private Optional<Run> anyRun(Map<String, String> hadoop) {
    try {
      return begun(hadoop);
    } catch (UserException e) {
      LOG.debug("No single run in {}", out, e);
      return Optional.empty();
    }
  }

  /** The run that was begun, with what may change as it is wanted now. */
  private Run continued(Run begun, DataSet images) {
    String others =
        SettingDifferences.of(begun.record().experiment(), experiment).entrySet().stream()
            .filter(d -> !SettingDifferences.isChangeable(d.getKey()))
            .filter(d -> !d.getKey().equals("description"))
            .map(d -> d.getKey() + ": " + d.getValue())
            .collect(Collectors.joining("; "));
    if (!others.isEmpty()) {
      throw new UserException(
          "%s: a run with other settings (%s); give another --out or remove the folder"
              .formatted(begun.folder(), others));
    }
    begun.record().requireSame(images);
    return begun.with(begun.record().with(experiment));
  }

  private static boolean isComplete(Run run, DataSet images) {
    return run.checkpoints()
        .newest()
        .filter(newest -> TrainingRun.isComplete(run, images, newest))
        .isPresent();
  }

  private Outcome outcome(Done done, Optional<Run> run) {
    List<EpochLine> epochs = run.map(r -> EpochLine.readAll(r.folder())).orElse(List.of());
    return new Outcome(
        key(),
        done,
        epochs.size(),
        epochs.isEmpty() ? 0 : epochs.get(epochs.size() - 1).seconds(),
        run.map(r -> r.folder().toString()).orElse(out));
  }

  private Outcome failure(RuntimeException e, Optional<Run> run) {
    Optional<String> explained = reason(e);
    if (explained.isEmpty()) {
      LOG.error("{} failed", key(), e);
    }
    Outcome reached = outcome(Done.FAILED, run);
    String reason = explained.orElse(e.toString()).strip().replaceAll("\\s*\\R\\s*", " ");
    return new Outcome(key(), Done.FAILED, reached.epochs(), reached.seconds(), reason);
  }

  /** The message of the exception that is meant for the user; a worker's arrives wrapped. */
  private static Optional<String> reason(Throwable e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof UserException || t instanceof TrainingStoppedException) {
        return Optional.of(t.getMessage());
      }
    }
    return Optional.empty();
  }
}
