package io.momentgan.app;

import io.momentgan.classification.Classifier;
import io.momentgan.classification.Ensemble;
import io.momentgan.config.DataConfig;
import io.momentgan.config.UserException;
import io.momentgan.data.DataSet;
import io.momentgan.data.ImageShape;
import io.momentgan.data.sets.DataSets;
import io.momentgan.export.Predictions;
import io.momentgan.run.Checkpoint;
import io.momentgan.run.Checkpoints;
import io.momentgan.run.Run;
import io.momentgan.storage.StorageCheck;
import io.momentgan.training.SparkContexts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.api.java.JavaSparkContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code classify}: names the classes of images. */
@Command(
    name = "classify",
    mixinStandardHelpOptions = true,
    description =
        "Names the classes of images on all workers by a run's discriminator, or by several runs"
            + " together, and writes them with their probabilities as Parquet.")
final class ClassifyCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "RUN_URI",
      arity = "1..*",
      description =
          "Folders of runs with a classifier (labels.discriminator); the probabilities of several"
              + " are averaged.")
  private List<String> runs;

  @Option(names = "--epoch", description = "Epoch of the checkpoints (default: the newest).")
  private Integer epoch;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "URI",
      description =
          DataCommand.FORMS
              + " Images are read as in the first run's training; --set data.* overrides.")
  private String data;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "URI",
      description = "New folder for the Parquet files (path, s3a:).")
  private String out;

  @Mixin private SettingOptions settings;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    settings.data();
    Map<String, String> hadoop = settings.hadoop();
    List<Run> opened = runs.stream().map(settings::run).toList();
    Ensemble ensemble = new Ensemble(opened.stream().map(this::classifier).toList());
    StorageCheck.requireWritable("--out", out, hadoop);
    StorageCheck.requireEmpty("--out", out, hadoop);
    DataSet images = images(opened.get(0));
    Predictions predictions = Predictions.of(ensemble, images);
    try (JavaSparkContext spark = SparkContexts.open("classify", hadoop)) {
      predictions.write(spark, out);
    }
    spec.commandLine()
        .getOut()
        .printf(
            "%,d images classified by %s: %s%n",
            predictions.count(),
            opened.size() == 1 ? opened.get(0).folder().name() : opened.size() + " runs",
            out);
    return 0;
  }

  private Classifier classifier(Run run) {
    Checkpoints checkpoints = run.checkpoints();
    Checkpoint checkpoint =
        epoch == null ? checkpoints.requireNewest() : checkpoints.ofEpoch(epoch);
    return run.classifier(checkpoint.classifier());
  }

  /** Opens all images, as the run's training reads its own. */
  private DataSet images(Run run) {
    Map<String, String> hadoop = settings.hadoop(run.record());
    DataConfig config = config(run);
    StorageCheck.requireReadable("--data", config.uri(), hadoop);
    DataSet images = DataSets.open(config, hadoop);
    ImageShape expected = run.record().shape();
    if (!images.shape().equals(expected)) {
      throw new UserException(
          "--data %s: found images of %s, expected %s, those of %s; give such images, or image files, which are resized"
              .formatted(config.shownUri(), images.shape(), expected, run.folder().name()));
    }
    return images;
  }

  // A run on arrays has no sizes of image files in its settings, but files can be read like them.
  private DataConfig config(Run run) {
    ImageShape shape = run.record().shape();
    List<String> overrides =
        new ArrayList<>(
            List.of(
                "data.limit=0",
                "data.validation=0",
                "data.images.flip=false",
                "data.images.channels=" + shape.channels(),
                "data.images.height=" + shape.height(),
                "data.images.width=" + shape.width()));
    overrides.addAll(settings.data());
    overrides.add(SettingOptions.text("data.uri", data));
    return run.record().experiment().with(overrides.toArray(String[]::new)).data();
  }
}
