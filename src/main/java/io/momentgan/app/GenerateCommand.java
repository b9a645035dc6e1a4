package io.momentgan.app;

import io.momentgan.config.EvaluationConfig.Weights;
import io.momentgan.config.UserException;
import io.momentgan.network.state.NetworkState;
import io.momentgan.run.Checkpoint;
import io.momentgan.run.Run;
import io.momentgan.run.RunRecord;
import io.momentgan.sampling.GeneratedDraw;
import io.momentgan.storage.Folder;
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
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code generate}: draws many samples on all workers. */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    description =
        "Draws many samples from a run's generator on all workers, as PNG files or Parquet. Sample"
            + " number i is the same for any count and any number of workers.")
final class GenerateCommand implements Callable<Integer> {
  @Parameters(paramLabel = "RUN_URI", description = "The run's folder, the one with run.yaml.")
  private String run;

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

  @Option(
      names = "--seed",
      defaultValue = "1",
      description = "Seed of the latent vectors (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(names = "--epoch", description = "Epoch of the checkpoint (default: the newest).")
  private Integer epoch;

  @Option(
      names = "--weights",
      defaultValue = "RAW",
      description = "raw or ema (default: ${DEFAULT-VALUE}).")
  private Weights weights;

  @Mixin private SettingOptions store;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    store.requireStore();
    if (count <= 0) {
      throw new UserException("--count %d: expected a positive number".formatted(count));
    }
    Map<String, String> hadoop = store.hadoop();
    StorageCheck.requireWritable("--out", out, hadoop);
    Run opened = store.run(run);
    RunRecord record = opened.record();
    Checkpoint checkpoint =
        epoch == null ? opened.checkpoints().requireNewest() : opened.checkpoints().ofEpoch(epoch);
    NetworkState generator = checkpoint.generator(weights);
    if (!Folder.at(out, hadoop).list("").isEmpty()) {
      throw new UserException(
          "--out %s: found something there, expected a new or empty folder; give another"
              .formatted(out));
    }
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
