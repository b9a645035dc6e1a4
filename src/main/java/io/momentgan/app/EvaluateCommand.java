package io.momentgan.app;

import io.momentgan.classification.Classifier;
import io.momentgan.classification.Ensemble;
import io.momentgan.classification.ErrorCount;
import io.momentgan.classification.TestImages;
import io.momentgan.config.EvaluationConfig;
import io.momentgan.config.UserException;
import io.momentgan.data.DataSet;
import io.momentgan.data.sets.DataSets;
import io.momentgan.evaluation.LogLikelihood;
import io.momentgan.evaluation.Measure;
import io.momentgan.evaluation.Quality;
import io.momentgan.report.RunPage;
import io.momentgan.run.Checkpoint;
import io.momentgan.run.CheckpointManifest;
import io.momentgan.run.Checkpoints;
import io.momentgan.run.Run;
import io.momentgan.run.RunRecord;
import io.momentgan.run.metrics.LikelihoodLine;
import io.momentgan.run.metrics.MetricsTable;
import io.momentgan.run.metrics.QualityLine;
import io.momentgan.storage.StorageCheck;
import io.momentgan.training.SparkContexts;
import io.momentgan.training.listeners.RunEvaluation;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;
import org.apache.spark.api.java.JavaSparkContext;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code evaluate}: measures the quality of a run's generators. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    description =
        "Measures a run's generators from its checkpoints, and a classifier's errors; the first run on"
            + " some data also trains its feature extractor.")
final class EvaluateCommand implements Callable<Integer> {
  private static final int LEAST_SAMPLES = 100;

  @Parameters(
      paramLabel = "RUN_URI",
      arity = "1..*",
      description = "Folders of runs, those with run.yaml.")
  private List<String> runs;

  @ArgGroup private Which which = new Which();

  @Option(
      names = "--samples",
      paramLabel = "N",
      description = "Images per evaluation (default: evaluation.samples).")
  private Integer samples;

  @Option(names = "--weights", description = "raw, ema or both (default: evaluation.weights).")
  private EvaluationConfig.Weights weights;

  @Option(
      names = "--data",
      paramLabel = "URI",
      description = "Where the run's images are now (default: where they were).")
  private String data;

  @Option(
      names = "--ensemble",
      description =
          "Counts only the errors of the runs' classifiers on the test images: of each, and of all"
              + " together, by the sum of their probabilities.")
  private boolean ensemble;

  @Option(
      names = "--parzen",
      description =
          "Also estimate the log-likelihood of the test images under a Parzen window on the images.")
  private boolean parzen;

  @Mixin private SettingOptions store;

  @Spec private CommandSpec spec;

  /** Which checkpoints; the newest alone unless given. */
  private static final class Which {
    @Option(
        names = "--every",
        paramLabel = "N",
        description = "The checkpoint of each N-th epoch that has one.")
    private Integer every;

    @Option(
        names = "--epochs",
        split = ",",
        paramLabel = "EPOCH",
        description = "The checkpoints of these epochs.")
    private List<Integer> epochs = List.of();
  }

  @Override
  public Integer call() {
    store.requireStore();
    List<Run> opened = runs.stream().map(this::open).toList();
    if (ensemble) {
      countTogether(opened);
      return 0;
    }
    opened.forEach(run -> samples(run.record()));
    opened.forEach(run -> requireChosen(run.checkpoints()));
    opened.forEach(
        run ->
            StorageCheck.requireReadable(
                "--data", run.record().experiment().data().uri(), hadoop(run)));
    try (JavaSparkContext spark = SparkContexts.open("evaluate", store.hadoop())) {
      opened.forEach(run -> evaluate(spark, run));
    }
    return 0;
  }

  private Run open(String uri) {
    Run run = store.run(uri);
    return data == null ? run : run.with(List.of(SettingOptions.text("data.uri", data)));
  }

  private Map<String, String> hadoop(Run run) {
    return store.hadoop(run.record());
  }

  private void evaluate(JavaSparkContext spark, Run run) {
    DataSet images = DataSets.open(run.record().experiment().data(), hadoop(run));
    run.record().requireSame(images);
    boolean classifies = run.record().experiment().labels().predicted() > 0;
    Optional<TestImages> test = classifies ? TestImages.of(spark, images) : Optional.empty();
    if (parzen) {
      RunEvaluation.testImages(images);
    }
    try (RunEvaluation evaluation =
        RunEvaluation.open(spark, run, images, hadoop(run), samples(run.record()))) {
      chosen(run.checkpoints())
          .forEach(
              checkpoint -> {
                test.ifPresent(labelled -> countErrors(labelled, run, checkpoint));
                evaluation.evaluate(checkpoint, weights(run.record())).forEach(this::print);
              });
    } finally {
      test.ifPresent(TestImages::close);
    }
    if (parzen) {
      chosen(run.checkpoints())
          .flatMap(
              checkpoint ->
                  RunEvaluation.logLikelihood(
                      spark, run, images, checkpoint, weights(run.record()), samples(run.record()))
                      .stream())
          .forEach(this::print);
    }
    RunPage.write(run.folder());
    spec.commandLine()
        .getOut()
        .println("Figures: " + run.folder().uri() + "/" + MetricsTable.QUALITY.path());
  }

  private void countErrors(TestImages test, Run run, Checkpoint checkpoint) {
    Classifier classifier = run.classifier(checkpoint.classifier());
    ErrorCount count = test.errors(new Ensemble(List.of(classifier)));
    print("Errors: %d of %s".formatted(count.together(), count.of(count.together())));
  }

  private void countTogether(List<Run> opened) {
    requireEnsemble(opened);
    List<Checkpoint> checkpoints =
        opened.stream().flatMap(run -> chosen(run.checkpoints())).toList();
    List<Classifier> members = new ArrayList<>();
    for (int i = 0; i < opened.size(); i++) {
      members.add(opened.get(i).classifier(checkpoints.get(i).classifier()));
    }
    Ensemble together = new Ensemble(members);
    Run first = opened.get(0);
    StorageCheck.requireReadable("--data", first.record().experiment().data().uri(), hadoop(first));
    DataSet images = DataSets.open(first.record().experiment().data(), hadoop(first));
    first.record().requireSame(images);
    try (JavaSparkContext spark = SparkContexts.open("evaluate", store.hadoop());
        TestImages test = testImages(spark, images)) {
      ErrorCount count = test.errors(together);
      SummaryStatistics statistics = new SummaryStatistics();
      for (int i = 0; i < opened.size(); i++) {
        int errors = count.ofMembers().get(i);
        statistics.addValue(errors);
        String name = members.get(i).name();
        int epoch = checkpoints.get(i).manifest().epoch();
        print("%s, epoch %d: %d of %s".formatted(name, epoch, errors, count.of(errors)));
      }
      if (opened.size() > 1) {
        print(
            "Errors of one run: %.1f, standard deviation %.1f over the %d"
                .formatted(statistics.getMean(), statistics.getStandardDeviation(), opened.size()));
      }
      print(
          "Errors of the ensemble: %d of %s"
              .formatted(count.together(), count.of(count.together())));
    }
  }

  private static TestImages testImages(JavaSparkContext spark, DataSet images) {
    return TestImages.of(spark, images)
        .orElseThrow(
            () ->
                new UserException(
                    "%s: found no labelled test images, expected some; data.validation holds some out in a new run"
                        .formatted(images.uri())));
  }

  /** Refuses options that choose nothing, and runs that have no test images in common. */
  private void requireEnsemble(List<Run> opened) {
    if (samples != null || weights != null || which.every != null || which.epochs.size() > 1) {
      throw new UserException(
          "--ensemble: found --samples, --weights, --every or several --epochs beside it, expected none of them; it counts the errors of one checkpoint per run, the newest or that of --epochs EPOCH");
    }
    Run first = opened.get(0);
    for (Run run : opened) {
      if (!run.record().data().fingerprint().equals(first.record().data().fingerprint())) {
        throw new UserException(
            "%s: found a run on other data than %s (fingerprints %s and %s), expected the same; test images of one may be training images of another"
                .formatted(
                    run.folder().name(),
                    first.folder().name(),
                    run.record().data().fingerprint(),
                    first.record().data().fingerprint()));
      }
    }
  }

  private int samples(RunRecord record) {
    int count = samples == null ? record.experiment().evaluation().samples() : samples;
    if (count < LEAST_SAMPLES) {
      throw new UserException(
          "--samples %d: expected at least %d; 10000 gives figures to compare"
              .formatted(count, LEAST_SAMPLES));
    }
    return count;
  }

  private EvaluationConfig.Weights weights(RunRecord record) {
    return weights == null ? record.experiment().evaluation().weights() : weights;
  }

  /** Refuses a choice that finds nothing, before anything starts; opens no checkpoint. */
  private void requireChosen(Checkpoints checkpoints) {
    if (which.every != null && which.every <= 0) {
      throw new UserException("--every %d: expected a positive number".formatted(which.every));
    }
    if (which.every != null && everyNth(checkpoints).isEmpty()) {
      throw new UserException(
          "--every %d: found no checkpoint of such an epoch, expected one; checkpoint.keep-every=%d keeps them while training"
              .formatted(which.every, which.every));
    }
    which.epochs.forEach(checkpoints::requireEpoch);
    if (checkpoints.all().isEmpty()) {
      checkpoints.requireNewest();
    }
  }

  /** Opens one checkpoint after another, so that one at a time is in memory. */
  private Stream<Checkpoint> chosen(Checkpoints checkpoints) {
    if (which.every != null) {
      return everyNth(checkpoints).stream().map(checkpoints::ofEpoch);
    }
    return which.epochs.isEmpty()
        ? Stream.of(checkpoints.requireNewest())
        : which.epochs.stream().map(checkpoints::ofEpoch);
  }

  private List<Integer> everyNth(Checkpoints checkpoints) {
    return checkpoints.all().stream()
        .map(CheckpointManifest::epoch)
        .filter(epoch -> epoch > 0 && epoch % which.every == 0)
        .distinct()
        .toList();
  }

  private void print(String line) {
    spec.commandLine().getOut().println(line);
  }

  private void print(LikelihoodLine line) {
    LogLikelihood found = line.likelihood();
    spec.commandLine()
        .getOut()
        .printf(
            "epoch %d (%s weights), log-likelihood of %,d test images: %.1f +- %.1f nats"
                + " (Parzen window of sigma %.3f on %,d images)%n",
            line.epoch(),
            line.weights(),
            found.tested(),
            found.nats(),
            found.standardError(),
            found.sigma(),
            found.samples());
  }

  private void print(QualityLine line) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "epoch %d (%s weights), %,d images, features of %s, %.0f s%n%-28s %10s %10s%n",
        line.epoch(),
        line.weights(),
        line.quality().n(),
        line.features(),
        line.seconds(),
        "",
        "generated",
        "real");
    for (Measure<Quality> measure : Measure.OF_QUALITY) {
      out.printf(
          "%-28s %10s %10s  %s%n",
          measure.name(), measure.of(line.quality()), measure.of(line.real()), measure.better());
    }
    if (Double.isFinite(line.classHeadAccuracy())) {
      out.printf("%-28s %10.3f%n", "Class head accuracy", line.classHeadAccuracy());
    }
  }
}
