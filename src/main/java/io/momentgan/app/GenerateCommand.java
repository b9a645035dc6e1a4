package io.momentgan.app;

import io.momentgan.config.UserException;
import io.momentgan.export.Generation;
import io.momentgan.network.state.NetworkState;
import io.momentgan.run.Checkpoint;
import io.momentgan.run.Run;
import io.momentgan.run.RunRecord;
import io.momentgan.sampling.GeneratedDraw;
import io.momentgan.storage.StorageCheck;
import io.momentgan.training.SparkContexts;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.apache.spark.api.java.JavaSparkContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code generate}: draws many samples on all workers. */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    description =
        "Draws many samples from a run's generator on all workers, as PNG files or Parquet. Sample"
            + " number i is the same for any count and any number of workers.")
final class GenerateCommand implements Callable<Integer> {
  @Mixin private GeneratorOptions from;

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Seed of the latent vectors (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(names = "--count", required = true, paramLabel = "N", description = "How many.")
  private int count;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "URI",
      description = "New folder for them (path, s3a:).")
  private String out;

  @Option(
      names = "--format",
      defaultValue = "PNG",
      description = "png or parquet (default: ${DEFAULT-VALUE}).")
  private Generation.Format format;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (count <= 0) {
      throw new UserException("--count %d: expected a positive number".formatted(count));
    }
    Map<String, String> hadoop = from.store().hadoop();
    StorageCheck.requireWritable("--out", out, hadoop);
    Run opened = from.run();
    RunRecord record = opened.record();
    Checkpoint checkpoint = from.checkpoint(opened);
    NetworkState generator = checkpoint.generator(from.weights());
    StorageCheck.requireEmpty("--out", out, hadoop);
    String name = opened.folder().name();
    int ofEpoch = checkpoint.manifest().epoch();
    try (JavaSparkContext spark = SparkContexts.open("generate " + name, hadoop)) {
      GeneratedDraw draw = new GeneratedDraw(record.experiment(), record.shape(), generator, seed);
      Generation samples = new Generation(name, ofEpoch, draw);
      samples.write(spark, count, format, out, new TreeMap<>(hadoop));
    }
    spec.commandLine().getOut().printf("%,d samples of epoch %d: %s%n", count, ofEpoch, out);
    return 0;
  }
}
