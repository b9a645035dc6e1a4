package io.momentgan.app;

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
import io.momentgan.training.RunEvaluation;
import io.momentgan.training.SparkContexts;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
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
        "Measures a run's generators from its checkpoints; the first run on some data also trains"
            + " its feature extractor.")
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
    if (parzen) {
      RunEvaluation.testImages(images);
    }
    try (RunEvaluation evaluation =
        RunEvaluation.open(spark, run, images, hadoop(run), samples(run.record()))) {
      chosen(run.checkpoints())
          .forEach(
              checkpoint ->
                  evaluation.evaluate(checkpoint, weights(run.record())).forEach(this::print));
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
