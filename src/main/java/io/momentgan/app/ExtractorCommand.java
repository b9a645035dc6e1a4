package io.momentgan.app;

import io.momentgan.config.DataConfig;
import io.momentgan.config.ExperimentReader;
import io.momentgan.extractor.ExtractorInfo;
import io.momentgan.extractor.LabelledImages;
import io.momentgan.training.RunEvaluation;
import io.momentgan.training.SparkContexts;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.api.java.JavaSparkContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code extractor}: the feature extractor of a data set. */
@Command(
    name = "extractor",
    mixinStandardHelpOptions = true,
    description = "Trains a data set's feature extractor, unless the cache has it; prints it.")
final class ExtractorCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "URI",
      description = "glyphs, or an IDX folder or file (path, s3a:, http:).")
  private String uri;

  @Mixin private StoreOptions store;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    DataConfig config = ExperimentReader.defaultData().withUri(uri);
    Map<String, String> hadoop = store.hadoop();
    StoreOptions.requireReadable(config, hadoop);
    LabelledImages images = LabelledImages.open(config, hadoop);
    try (JavaSparkContext spark = SparkContexts.open("extractor", hadoop)) {
      ExtractorInfo info = RunEvaluation.extractors(config).of(spark, images).info();
      spec.commandLine()
          .getOut()
          .printf(
              "%s: %.2f %% right of %,d held-out images, %d classes%nFolder: %s%n",
              info.name(),
              100 * info.accuracy(),
              info.heldOut(),
              info.classes(),
              RunEvaluation.extractors(config).folder(images));
    }
    return 0;
  }
}
