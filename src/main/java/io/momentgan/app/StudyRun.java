package io.momentgan.app;

import io.momentgan.config.EvaluationConfig;
import io.momentgan.config.Experiment;
import io.momentgan.config.SettingDifferences;
import io.momentgan.config.StudyFile;
import io.momentgan.config.UserException;
import io.momentgan.data.DataSet;
import io.momentgan.data.sets.DataSets;
import io.momentgan.extractor.MeasuredImages;
import io.momentgan.report.RunPage;
import io.momentgan.run.Checkpoint;
import io.momentgan.run.Run;
import io.momentgan.run.Runs;
import io.momentgan.run.metrics.EpochLine;
import io.momentgan.run.metrics.EvaluationLine;
import io.momentgan.run.metrics.Jsonl;
import io.momentgan.run.metrics.LikelihoodLine;
import io.momentgan.run.metrics.MetricsTable;
import io.momentgan.run.metrics.QualityLine;
import io.momentgan.storage.Folder;
import io.momentgan.storage.Lease;
import io.momentgan.storage.StorageCheck;
import io.momentgan.training.Preflight;
import io.momentgan.training.SparkContexts;
import io.momentgan.training.TrainingRun;
import io.momentgan.training.TrainingStoppedException;
import io.momentgan.training.listeners.RunEvaluation;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.commons.lang3.exception.ExceptionUtils;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A run of a study: trained, resumed or skipped, then measured.
 *
 * @param experiment its settings, workers known
 * @param out folder that gets the run's folder, and nothing else
 */
record StudyRun(Experiment experiment, String out) {
  private static final Logger LOG = LoggerFactory.getLogger(StudyRun.class);

  static StudyRun of(Experiment given, String all) {
    Experiment experiment = SparkContexts.withWorkers(given);
    return new StudyRun(experiment, all + "/" + key(experiment));
  }

  private static String key(Experiment experiment) {
    return "%s-seed-%d".formatted(experiment.name(), experiment.train().seed());
  }

  /** Its name, such as {@code ff-1-seed-2}. */
  String key() {
    return key(experiment);
  }

  enum Done {
    TRAIN,
    TRAINED,
    RESUME,
    /** It had been interrupted, or is prolonged. */
    RESUMED,
    /** It was complete. */
    SKIPPED,
    FAILED
  }

  /**
   * The outcome of a run.
   *
   * @param seconds time spent on its rounds
   * @param where its folder, or why it failed
   */
  record Outcome(String key, Done done, int epochs, double seconds, String where) {
    boolean failed() {
      return done == Done.FAILED;
    }

    /**
     * A table in Markdown.
     *
     * @param heading of the column that says what is, or is to be, done
     */
    static String table(List<Outcome> outcomes, String heading) {
      return "| run | %s | epochs | seconds | folder |\n|---|---|---|---|---|\n".formatted(heading)
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

  Outcome plan(Map<String, String> hadoop) {
    try {
      Optional<Run> begun = begun(hadoop);
      if (begun.isEmpty()) {
        return outcome(Done.TRAIN, begun);
      }
      DataSet images = images();
      Run run = continued(begun.get(), images);
      Done done = complete(run, images, run.checkpoints().newest());
      return outcome(done == Done.RESUMED ? Done.RESUME : done, begun);
    } catch (UserException e) {
      return failure(e, Optional.empty());
    }
  }

  /** Trains what is missing. */
  Outcome train(Map<String, String> hadoop) {
    Optional<Run> begun = Optional.empty();
    try {
      begun = begun(hadoop);
      DataSet images = images();
      Preflight.check(experiment, images);
      return begun.isEmpty()
          ? outcome(Done.TRAINED, Optional.of(TrainingRun.begin(experiment, images, out, hadoop)))
          : outcome(goOn(continued(begun.get(), images), images), begun);
    } catch (RuntimeException e) {
      if (e instanceof TrainingStoppedException stopped && stopped.signal().isPresent()) {
        throw stopped; // not only this run
      }
      return failure(e, begun.isPresent() ? begun : usable(hadoop));
    }
  }

  private static Done complete(Run run, DataSet images, Optional<Checkpoint> newest) {
    boolean complete = newest.isPresent() && TrainingRun.isComplete(run, images, newest.get());
    return complete ? Done.SKIPPED : Done.RESUMED;
  }

  private static Done goOn(Run run, DataSet images) {
    try (Lease lease = Lease.take(run.folder())) {
      return goOn(run.under(lease), images, lease);
    }
  }

  private static Done goOn(Run run, DataSet images, Lease lease) {
    Optional<Checkpoint> newest = run.checkpoints().newest();
    Done done = complete(run, images, newest);
    if (done == Done.RESUMED) {
      run.record().warnOfOtherBits();
      TrainingRun.goOn(run, images, newest, lease, line -> {});
    } else if (!run.folder().exists(RunPage.PAGE)) {
      RunPage.write(run.folder());
    }
    return done;
  }

  private DataSet images() {
    Map<String, String> hadoop = SparkContexts.hadoopSettings(experiment.s3());
    StorageCheck.requireReadable("--data", experiment.data().uri(), hadoop);
    return DataSets.open(experiment.data(), hadoop);
  }

  /** Opens the run if it exists; refuses more than one in its place. */
  private Optional<Run> begun(Map<String, String> hadoop) {
    return Runs.in(Folder.at(out, hadoop)).isEmpty()
        ? Optional.empty()
        : Optional.of(Run.open(out, hadoop));
  }

  /**
   * The run with the study's settings; empty if there is none, or none that was begun with them.
   */
  private Optional<Run> usable(Map<String, String> hadoop) {
    try {
      return begun(hadoop)
          .filter(run -> others(run).isEmpty())
          .map(run -> run.with(run.record().with(experiment)));
    } catch (UserException e) {
      LOG.debug("No single run in {}", out, e);
      return Optional.empty();
    }
  }

  /** Names settings that differ from the run's and that a run cannot change. */
  private String others(Run begun) {
    return SettingDifferences.of(begun.record().experiment(), experiment).entrySet().stream()
        .filter(d -> !SettingDifferences.isChangeable(d.getKey()))
        .filter(d -> !d.getKey().equals("description"))
        .map(d -> d.getKey() + ": " + d.getValue())
        .collect(Collectors.joining("; "));
  }

  private Run continued(Run begun, DataSet images) {
    if (!others(begun).isEmpty()) {
      throw new UserException(
          "%s: a run with other settings (%s); give another --out or remove the folder"
              .formatted(begun.folder(), others(begun)));
    }
    begun.record().requireSame(images);
    return begun.with(begun.record().with(experiment));
  }

  private Outcome outcome(Done done, Optional<Run> run) {
    List<EpochLine> epochs =
        run.map(r -> Jsonl.read(r.folder(), MetricsTable.EPOCHS)).orElse(List.of());
    return new Outcome(
        key(),
        done,
        epochs.size(),
        epochs.isEmpty() ? 0 : epochs.get(epochs.size() - 1).at().seconds(),
        run.map(r -> r.folder().toString()).orElse(out));
  }

  private Outcome failure(RuntimeException e, Optional<Run> run) {
    // A worker's exception arrives wrapped.
    Optional<String> explained =
        ExceptionUtils.getThrowableList(e).stream()
            .filter(t -> t instanceof UserException || t instanceof TrainingStoppedException)
            .map(Throwable::getMessage)
            .findFirst();
    if (explained.isEmpty()) {
      LOG.error("{} failed", key(), e);
    }
    Outcome reached = outcome(Done.FAILED, run);
    String reason = explained.orElse(e.toString()).strip().replaceAll("\\s*\\R\\s*", " ");
    return new Outcome(key(), Done.FAILED, reached.epochs(), reached.seconds(), reason);
  }

  /** Its folder; an empty place if nothing was trained with its settings. */
  Folder folder(Map<String, String> hadoop) {
    return usable(hadoop).map(Run::folder).orElse(Folder.at(out, hadoop).child(key()));
  }

  /** Whether a wanted evaluation is missing. */
  boolean isUnmeasured(StudyFile.Measuring measuring, Map<String, String> hadoop) {
    return usable(hadoop)
        .filter(
            run ->
                !unmeasured(run, measuring, hadoop).isEmpty()
                    || !withoutLikelihood(run, measuring).isEmpty())
        .isPresent();
  }

  /** Makes the missing evaluations. */
  void measure(JavaSparkContext spark, StudyFile.Measuring measuring, Map<String, String> hadoop) {
    Run run = usable(hadoop).orElseThrow();
    DataSet images = images();
    run.record().requireSame(images);
    try (RunEvaluation evaluation =
        RunEvaluation.open(spark, run, images, hadoop, samples(measuring))) {
      unmeasured(run, measuring, hadoop)
          .forEach(
              (epoch, missing) -> {
                Checkpoint checkpoint = run.checkpoints().ofEpoch(epoch);
                missing.forEach(weights -> evaluation.evaluate(checkpoint, weights));
              });
    }
    withoutLikelihood(run, measuring)
        .forEach(
            (epoch, missing) -> {
              Checkpoint checkpoint = run.checkpoints().ofEpoch(epoch);
              missing.forEach(
                  weights ->
                      RunEvaluation.logLikelihood(
                          spark, run, images, checkpoint, weights, samples(measuring)));
            });
    RunPage.write(run.folder());
  }

  /** Weights whose evaluation is missing, by the epoch of their checkpoint. */
  private NavigableMap<Integer, List<EvaluationConfig.Weights>> unmeasured(
      Run run, StudyFile.Measuring measuring, Map<String, String> hadoop) {
    MeasuredImages images =
        MeasuredImages.open(experiment.data(), experiment.evaluation().extractor(), hadoop);
    Optional<String> extractor = RunEvaluation.extractors(experiment.data()).name(images);
    List<QualityLine> made =
        Jsonl.read(run.folder(), MetricsTable.QUALITY).stream()
            .filter(line -> line.quality().n() == images.samples(samples(measuring)))
            .filter(line -> line.extractor().equals(extractor.orElse(line.extractor())))
            .toList();
    return missing(run, measuring, made);
  }

  /** Weights whose log-likelihood is wanted and missing, by the epoch of their checkpoint. */
  private NavigableMap<Integer, List<EvaluationConfig.Weights>> withoutLikelihood(
      Run run, StudyFile.Measuring measuring) {
    List<LikelihoodLine> made =
        Jsonl.read(run.folder(), MetricsTable.LIKELIHOOD).stream()
            .filter(line -> line.likelihood().samples() == samples(measuring))
            .toList();
    return measuring.parzen() ? missing(run, measuring, made) : new TreeMap<>();
  }

  private NavigableMap<Integer, List<EvaluationConfig.Weights>> missing(
      Run run, StudyFile.Measuring measuring, List<? extends EvaluationLine<?>> made) {
    NavigableMap<Integer, Long> steps = new TreeMap<>();
    run.checkpoints().all().stream()
        .filter(checkpoint -> checkpoint.epoch() > 0)
        .forEach(checkpoint -> steps.put(checkpoint.epoch(), checkpoint.step()));
    NavigableMap<Integer, List<EvaluationConfig.Weights>> missing = new TreeMap<>();
    steps.forEach(
        (epoch, step) -> {
          List<EvaluationConfig.Weights> of =
              measuring.weights().each().stream()
                  .filter(w -> w == EvaluationConfig.Weights.RAW || keepsAverage())
                  .filter(w -> made.stream().noneMatch(line -> line.isOf(step, w.toString())))
                  .toList();
          if (measuring.wants(epoch, steps.lastKey()) && !of.isEmpty()) {
            missing.put(epoch, of);
          }
        });
    return missing;
  }

  private boolean keepsAverage() {
    return experiment.averaging().ema().on();
  }

  private int samples(StudyFile.Measuring measuring) {
    return measuring.samples() == 0 ? experiment.evaluation().samples() : measuring.samples();
  }
}
