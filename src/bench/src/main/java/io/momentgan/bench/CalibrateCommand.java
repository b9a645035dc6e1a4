package io.momentgan.bench;

import io.momentgan.config.DataConfig;
import io.momentgan.config.EvaluationConfig;
import io.momentgan.config.ExperimentReader;
import io.momentgan.config.UserException;
import io.momentgan.data.ImageSource;
import io.momentgan.evaluation.Evaluator;
import io.momentgan.evaluation.Evaluator.Evaluation;
import io.momentgan.evaluation.Quality;
import io.momentgan.extractor.MeasuredImages;
import io.momentgan.sampling.ImageDraw;
import io.momentgan.storage.StorageCheck;
import io.momentgan.training.SparkContexts;
import io.momentgan.training.listeners.RunEvaluation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.api.java.JavaSparkContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code calibrate}: the measures of sets whose quality is known. */
@Command(
    name = "calibrate",
    mixinStandardHelpOptions = true,
    description = "Measures sets of images whose quality is known, and writes a Markdown table.")
final class CalibrateCommand implements Callable<Integer> {
  private static final String HEAD =
      "| Set | FD | FD relative | FD infinity | KID ± s.e. | P / R / D / C | Classifier score"
          + " | Missing classes | Bins | Memorisation | Near duplicates | Moments: mean / var |\n"
          + "|---|---|---|---|---|---|---|---|---|---|---|---|\n";

  @Parameters(
      paramLabel = "URI",
      description = "glyphs, or an IDX folder or file (path, s3a:, http:).")
  private String uri;

  @Option(
      names = "--samples",
      defaultValue = "10000",
      description = "Images per set (default: ${DEFAULT-VALUE}).")
  private int samples;

  @Option(names = "--out", required = true, paramLabel = "FILE.md", description = "The table.")
  private Path out;

  @Option(
      names = "--set",
      paramLabel = "s3.KEY=VALUE",
      description = "Where s3a: locations are: s3.endpoint, s3.region, s3.path-style.")
  private List<String> s3 = new ArrayList<>();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    DataConfig config = ExperimentReader.defaultData().withUri(uri);
    Map<String, String> hadoop = SparkContexts.hadoopSettings(ExperimentReader.s3(s3));
    StorageCheck.requireReadable("URI", uri, hadoop);
    MeasuredImages images = MeasuredImages.open(config, EvaluationConfig.Extractor.CLASSES, hadoop);
    ImageSource training = images.training();
    StringBuilder table = new StringBuilder();
    try (JavaSparkContext spark = SparkContexts.open("calibrate", hadoop);
        Evaluator evaluator =
            Evaluator.open(
                spark,
                RunEvaluation.extractors(config),
                new Evaluator.Setup(images, training, images.fingerprint(), samples))) {
      for (Map.Entry<String, ImageDraw> set : KnownSets.of(training, images.heldOut()).entrySet()) {
        Evaluation found = evaluator.evaluate(set.getValue());
        if (table.length() == 0) {
          table.append(introduction(found)).append(HEAD);
          table.append(row("real images, none its own neighbour (the floor)", found.real()));
        }
        table.append(row(set.getKey(), found.quality()));
        spec.commandLine().getErr().println(set.getKey() + ": FD " + found.quality().fd());
      }
    }
    write(table.toString());
    spec.commandLine().getOut().println("Table: " + out);
    return 0;
  }

  private static String introduction(Evaluation found) {
    return String.format(
        Locale.ROOT,
        "Extractor %s, %.2f %% right of %,d held-out images; %,d images per set.%n%n",
        found.extractor().name(),
        100 * found.extractor().accuracy(),
        found.extractor().heldOut(),
        found.quality().n());
  }

  private static String row(String name, Quality q) {
    return String.format(
        Locale.ROOT,
        "| %s | %.2f | %.4f | %.2f | %.4f ± %.4f | %.2f / %.2f / %.2f / %.2f | %.2f | %d | %d of %d"
            + " | %.2f | %.2f | %.2f / %.2f |%n",
        name,
        q.fd(),
        q.fdRelative(),
        q.fdInfinity(),
        q.kid(),
        q.kidSe(),
        q.precision(),
        q.recall(),
        q.density(),
        q.coverage(),
        q.classifierScore(),
        q.missingModes(),
        q.ndb(),
        q.ndbBins(),
        q.memorisation(),
        q.nearDuplicates(),
        q.momentMean(),
        q.momentVar());
  }

  private void write(String table) {
    try {
      Files.writeString(out, table);
    } catch (IOException e) {
      throw new UserException(
          "--out %s: cannot be written: %s; give a file in a folder that you may write to"
              .formatted(out, e),
          e);
    }
  }
}
