package io.momentgan.notebooks;

import io.momentgan.evaluation.LogLikelihood;
import io.momentgan.ml.GanTrainer;
import io.momentgan.ml.GanTraining;
import io.momentgan.run.RunRecord;
import io.momentgan.run.metrics.Jsonl;
import io.momentgan.run.metrics.LikelihoodLine;
import io.momentgan.run.metrics.MetricsTable;
import io.momentgan.run.metrics.QualityLineTest;
import io.momentgan.storage.Folder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.apache.spark.sql.SparkSession;

/**
 * Runs for analysts' tests: one training with classes, and copies of its folder that stand for
 * another seed and for an experiment without moments. All have the figures of the one; qualities
 * and likelihoods are made up.
 */
public final class NotebookRuns {
  static final int EPOCHS = 3;

  private static final String SETTINGS =
      """
      name: tiny
      data: {validation: 0, glyphs: {train: 400, test: 20}}
      latent: {size: 10}
      labels: {classes: 10, discriminator: class-head}
      generator: {layers: [{type: dense, units: 16}]}
      discriminator: {layers: [{type: dense, units: 16}]}
      train: {epochs: 3, batch-size: 20, workers: 2, averaging-frequency: 4}
      samples: {grid: 16, stored: 11, iterations: [4]}
      """;

  private NotebookRuns() {}

  /**
   * Makes the runs.
   *
   * @param spark a session of two slots or more
   * @param out folder that gets them
   * @return the folders: tiny of seeds 1 and 2, and the same two without moments
   */
  public static List<Path> make(SparkSession spark, Path out) {
    GanTraining training = GanTrainer.of(spark, SETTINGS).start(out.toString());
    if (!training.await(100)) {
      throw new IllegalStateException(training + " goes on");
    }
    Path first = out.resolve("00000-tiny");
    Path second = copy(first, "00001-tiny", 2, "0.1");
    Path plain = copy(first, "00002-tiny", 1, "0.0");
    Path plainToo = copy(first, "00003-tiny", 2, "0.0");
    measure(first, 60, 1);
    measure(second, 62, 2);
    measure(plain, 90, 1);
    measure(plainToo, 80, 2);
    return List.of(first, second, plain, plainToo);
  }

  private static Path copy(Path run, String name, int seed, String weight) {
    Path copy = run.resolveSibling(name);
    try {
      FileUtils.copyDirectory(run.toFile(), copy.toFile());
      Folder folder = Folder.at(copy.toString(), Map.of());
      RunRecord record =
          RunRecord.read(folder)
              .with(
                  List.of(
                      "train.seed=" + seed,
                      "moments.mean-weight=" + weight,
                      "moments.variance-weight=" + weight));
      folder.publish(RunRecord.FILE, record.toYaml());
      try (Stream<Path> tables = Files.list(copy.resolve("metrics"))) {
        for (Path table : tables.toList()) {
          replace(
              table,
              "\"run\":\"00000-tiny\",\"seed\":1",
              "\"run\":\"%s\",\"seed\":%d".formatted(name, seed));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return copy;
  }

  private static void replace(Path file, String old, String with) throws IOException {
    Files.writeString(file, Files.readString(file).replace(old, with));
  }

  private static void measure(Path run, double fd, long seed) {
    Folder folder = Folder.at(run.toString(), Map.of());
    for (int epoch = 1; epoch <= EPOCHS; epoch++) {
      Jsonl.add(folder, MetricsTable.QUALITY, seed, QualityLineTest.line(epoch, "raw", fd / epoch));
      LogLikelihood likelihood = new LogLikelihood(200 - fd / epoch, 2.5, 0.2, 10_000, 20);
      Jsonl.add(
          folder,
          MetricsTable.LIKELIHOOD,
          seed,
          new LikelihoodLine(epoch, 11L * epoch, "raw", likelihood, 1, "test"));
    }
  }
}
