package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.momentgan.config.Experiment;
import io.momentgan.config.Seeds;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.run.NpyArray;
import io.momentgan.run.RunRecord;
import io.momentgan.run.Runs;
import io.momentgan.step.LatentVectors;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructField;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What a run of two workers and two epochs of 4 + 4 + 2 iterations leaves behind. */
class TrainTest {
  private static final List<String> FIELDS =
      List.of(
          "epoch",
          "round",
          "iteration",
          "samples_seen",
          "g_updates",
          "d_updates",
          "seconds",
          "d_loss",
          "g_loss",
          "g_bce",
          "moment_mean",
          "moment_var",
          "moment_mean_floor",
          "moment_var_floor",
          "d_real",
          "d_fake");

  @TempDir private static Path shared;

  private static CommandRun training;
  private static Path run;

  @BeforeAll
  static void train() {
    training = CommandRun.of(TinyExperiment.training(shared)).succeeds();
    run = shared.resolve("runs/00000-tiny");
  }

  @Test
  void endsByNamingTheRunsFolder() {
    assertThat(training.out()).isEqualTo("Run folder: file:%s%n".formatted(run));
  }

  @Test
  void printsPlanAndProgressBesideTheOutput() {
    assertThat(training.err())
        .contains("Generator: 13,504 trainable parameters")
        .containsPattern(
            "(?m)^00000-tiny: epoch 2/2, iteration 20/20 \\(100%\\), .* d_loss \\d.* g_bce \\d.* moment_mean \\d");
  }

  @Test
  void folderHoldsEverythingAndNothingElse() throws IOException {
    try (Stream<Path> files = Files.walk(run)) {
      assertThat(files.filter(Files::isRegularFile).map(f -> run.relativize(f).toString()))
          .containsExactlyInAnyOrder(
              "run.yaml",
              "metrics/epochs.jsonl",
              "metrics/rounds.jsonl",
              "metrics/workers.jsonl",
              "metrics/start.jsonl",
              "samples/epoch-0001.png",
              "samples/epoch-0001.npy",
              "samples/epoch-0001.ema.png",
              "samples/epoch-0002.ema.png",
              "samples/epoch-0002.png",
              "samples/epoch-0002.npy",
              "report/index.html",
              "report/losses.png",
              "report/losses.svg",
              "report/log-ratio.png",
              "report/log-ratio.svg",
              "report/samples.png",
              "checkpoints/step=00000003/generator.zip",
              "checkpoints/step=00000003/generator-ema.zip",
              "checkpoints/step=00000006/generator-ema.zip",
              "checkpoints/step=00000003/discriminator.zip",
              "checkpoints/step=00000003/state.json",
              "checkpoints/step=00000003/manifest.json",
              "checkpoints/step=00000006/generator.zip",
              "checkpoints/step=00000006/discriminator.zip",
              "checkpoints/step=00000006/state.json",
              "checkpoints/step=00000006/manifest.json");
    }
  }

  @Test
  void runFileHoldsSettingsVersionsAndData() throws IOException {
    JsonNode record = new YAMLMapper().readTree(run.resolve("run.yaml").toFile());
    assertThat(record.at("/experiment/train/epochs").intValue()).isEqualTo(2);
    assertThat(record.at("/experiment/train/seed").intValue()).isEqualTo(1);
    assertThat(record.at("/experiment/loss/real-target").doubleValue()).isEqualTo(0.9);
    assertThat(record.at("/versions/spark").textValue()).startsWith("3.5.");
    assertThat(record.at("/versions").properties())
        .extracting(Map.Entry::getKey)
        .contains(
            "momentgan",
            "deeplearning4j",
            "dl4j-spark",
            "nd4j-backend",
            "blas",
            "fast-products",
            "java");
    assertThat(record.at("/data/fingerprint").textValue()).isNotBlank();
    assertThat(record.at("/data/shape").textValue()).isEqualTo("1x28x28");
    assertThat(record.at("/experiment/train/workers").intValue()).isEqualTo(2);
    assertThat(record.at("/format").intValue()).isEqualTo(2);
    assertThat(record.at("/created").textValue()).endsWith("Z");
  }

  @Test
  void metricsHaveALinePerEpochAndPerRound() {
    List<JsonNode> epochs = lines("metrics/epochs.jsonl");
    List<JsonNode> rounds = lines("metrics/rounds.jsonl");
    assertThat(epochs).extracting(line -> line.get("epoch").intValue()).containsExactly(1, 2);
    assertThat(rounds)
        .extracting(line -> line.get("round").intValue())
        .containsExactly(1, 2, 3, 4, 5, 6);
    assertThat(rounds)
        .extracting(line -> line.get("iteration").intValue())
        .containsExactly(4, 8, 10, 14, 18, 20);
    assertThat(rounds)
        .extracting(line -> line.get("samples_seen").intValue())
        .containsExactly(160, 320, 400, 560, 720, 800);
    assertThat(Stream.of(epochs, rounds).flatMap(List::stream))
        .allSatisfy(
            line ->
                assertThat(FIELDS)
                    .allSatisfy(
                        field -> assertThat(line.path(field).isNumber()).as(field).isTrue()));
  }

  @Test
  void lossesOfTheLastBatchAndMeansAreNamedApart() {
    assertThat(lines("metrics/epochs.jsonl"))
        .allSatisfy(
            line -> {
              assertThat(line.get("d_loss_epoch_mean").isNumber()).isTrue();
              assertThat(line.get("g_bce_epoch_mean").isNumber()).isTrue();
              assertThat(line.get("d_loss_epoch_mean")).isNotEqualTo(line.get("d_loss"));
              assertThat(line.get("d_loss").doubleValue()).isGreaterThan(0.3251);
              assertThat(line.get("moment_mean_floor").doubleValue()).isPositive();
              assertThat(line.get("alarms").isArray()).isTrue();
            });
  }

  @Test
  void epochEndsWithTheFiguresOfItsLastRound() {
    JsonNode epoch = lines("metrics/epochs.jsonl").get(1);
    JsonNode round = lines("metrics/rounds.jsonl").get(5);
    assertThat(FIELDS).allSatisfy(f -> assertThat(epoch.get(f)).as(f).isEqualTo(round.get(f)));
  }

  @Tag("long")
  @Test
  void sparkReadsOneRowPerRoundWithNumericColumns() {
    try (SparkSession spark =
        SparkSession.builder()
            .master("local[1]")
            .config("spark.ui.enabled", "false")
            .getOrCreate()) {
      Dataset<Row> rounds = spark.read().json(run.resolve("metrics/rounds.jsonl").toString());
      assertThat(rounds.count()).isEqualTo(6);
      assertThat(rounds.schema().fields())
          .extracting(StructField::name)
          .containsAll(FIELDS)
          .contains("round_seconds", "worker_seconds", "bytes_out", "bytes_in");
      assertThat(rounds.drop("run", "time").schema().fields())
          .extracting(StructField::dataType)
          .allSatisfy(type -> assertThat(type).isInstanceOf(NumericType.class));
      Row first = rounds.select("run", "seed", "time").first();
      assertThat(first.getString(0)).isEqualTo(run.getFileName().toString());
      assertThat(first.getLong(1)).isEqualTo(1);
      assertThat(Instant.parse(first.getString(2))).isBeforeOrEqualTo(Instant.now());
      Dataset<Row> start = spark.read().json(run.resolve("metrics/start.jsonl").toString());
      assertThat(start.select("labels").schema().json()).contains("\"label\"", "\"count\"");
    }
  }

  @Test
  void gridsAndStoredSamplesAreComplete() throws IOException {
    for (int epoch = 1; epoch <= 2; epoch++) {
      BufferedImage grid =
          ImageIO.read(run.resolve("samples/epoch-000%d.png".formatted(epoch)).toFile());
      assertThat(grid.getWidth()).isGreaterThanOrEqualTo(4 * 28).isEqualTo(grid.getHeight());
      NpyArray stored = stored(epoch);
      assertThat(stored.shape()).containsExactly(11, 1, 28, 28);
      for (float value : stored.values()) {
        assertThat(value).isBetween(-1f, 1f);
      }
    }
  }

  @Test
  void reportIsSelfContained() throws IOException {
    assertThat(Files.readString(run.resolve("report/index.html")))
        .contains("00000-tiny", "data:image/png;base64,")
        .doesNotContain("src=\"http", "href=\"http");
  }

  @Test
  void manifestsListTheFilesWithTheirSizes() throws IOException {
    for (String step : List.of("step=00000003", "step=00000006")) {
      Path checkpoint = run.resolve("checkpoints").resolve(step);
      JsonNode manifest = new ObjectMapper().readTree(checkpoint.resolve("manifest.json").toFile());
      assertThat(manifest.get("files")).hasSize(4);
      for (JsonNode file : manifest.get("files")) {
        assertThat(checkpoint.resolve(file.get("name").textValue()))
            .hasSize(file.get("size").longValue());
        assertThat(file.get("sha256").textValue()).matches("[0-9a-f]{64}");
      }
      assertThat(manifest.get("score").isNumber()).isTrue();
    }
  }

  @Test
  void plainDeeplearning4jLoadsTheGeneratorAndDrawsTheRunsPictures() throws IOException {
    MultiLayerNetwork generator = generator(run, 3);
    assertThat(generator.getUpdater().getStateViewArray().length())
        .isEqualTo(2 * generator.numParams());
    assertThat(HostArrays.floats(generator.output(latent(run, 1)))).isEqualTo(stored(1).values());
  }

  @Test
  void plainDeeplearning4jDrawsTheSamePicturesByBatchStatistics(@TempDir Path folder)
      throws IOException {
    Path batchNorm =
        TinyExperiment.train(
            folder,
            "train.epochs=1",
            "train.workers=1",
            "generator.layers=[{type: dense, units: 16, batch-norm: true, dropout: 0.2}]");
    INDArray z = latent(batchNorm, 1);
    float[] stored = NpyArray.parse(samples(batchNorm, 1), "samples").values();
    assertThat(HostArrays.floats(generator(batchNorm, 5).output(z, true))).isEqualTo(stored);
    assertThat(HostArrays.floats(generator(batchNorm, 5).output(z))).isNotEqualTo(stored);
  }

  @Test
  void sampleDrawsTheSameBytesForTheSameSeed(@TempDir Path folder) throws IOException {
    byte[] first = sample(folder.resolve("a.png"), "--count", "5", "--seed", "3");
    assertThat(sample(folder.resolve("b.png"), "--count", "5", "--seed", "3")).isEqualTo(first);
    assertThat(sample(folder.resolve("c.png"), "--count", "5", "--seed", "4")).isNotEqualTo(first);
    assertThat(sample(folder.resolve("d.png"), "--count", "5", "--seed", "3", "--epoch", "2"))
        .isEqualTo(first);
    assertThat(sample(folder.resolve("e.png"), "--count", "5", "--seed", "3", "--epoch", "1"))
        .isNotEqualTo(first);
  }

  @Test
  void sampleMakesFoldersOnTheWayAndSaysWhatItDrew(@TempDir Path folder) throws IOException {
    Path out = folder.resolve("new folder/grid.png");
    CommandRun drawn =
        CommandRun.of("sample", run.toString(), "--count=9", "--out", out.toString());
    assertThat(drawn.succeeds().out()).isEqualTo("9 samples of epoch 2: %s%n".formatted(out));
    assertThat(ImageIO.read(out.toFile()).getWidth()).isBetween(2 * 3 * 28, 2 * 4 * 28 - 1);
  }

  @Test
  void sampleTakesTheFolderThatHoldsTheRunToo(@TempDir Path folder) {
    Path out = folder.resolve("grid.png");
    CommandRun.of("sample", run.getParent().toString(), "--out", out.toString()).succeeds();
    assertThat(out).exists();
  }

  @Test
  void sampleOfAnEpochThatIsNotThereListsThoseThatAre(@TempDir Path folder) {
    Path out = folder.resolve("grid.png");
    assertThat(
            CommandRun.of("sample", run.toString(), "--epoch", "7", "--out", out.toString())
                .mistake())
        .contains("no intact checkpoint of epoch 7", "there are 1, 2");
    assertThat(out).doesNotExist();
  }

  @Test
  void reportCanBeWrittenAgain() throws IOException {
    Path page = run.resolve("report/index.html");
    byte[] written = Files.readAllBytes(page);
    Files.delete(page);
    assertThat(CommandRun.of("report", run.toString()).succeeds().out()).contains("index.html");
    assertThat(Files.readAllBytes(page)).isEqualTo(written);
  }

  @Test
  void plainGanMeasuresNoMomentsAndHasNoBestCheckpoint(@TempDir Path folder) throws IOException {
    Path plain =
        TinyExperiment.train(
            folder,
            "moments={scope: none, per-class: false, mean-weight: 0, variance-weight: 0}",
            "train.epochs=1",
            "train.workers=1");
    JsonNode manifest =
        new ObjectMapper()
            .readTree(plain.resolve("checkpoints/step=00000005/manifest.json").toFile());
    assertThat(manifest.get("score").isNull()).isTrue();
    assertThat(Files.readString(plain.resolve("metrics/epochs.jsonl")))
        .contains("\"moment_mean\":null", "\"moment_mean_floor\":null", "\"moment_var\":null");
  }

  @Test
  void aSigmoidGeneratorMeetsImagesThatItCanDraw(@TempDir Path folder) throws IOException {
    Path trained =
        TinyExperiment.train(
            folder, "generator.output=sigmoid", "train.epochs=2", "train.workers=1");
    JsonNode line = new ObjectMapper().readTree(trained.resolve("metrics/epochs.jsonl").toFile());
    // Against images in [-1, 1] the mean term of 784 pixels would stay near 0.1 * 784 * 0.7.
    assertThat(line.get("moment_mean").asDouble()).isLessThan(45);
  }

  private static byte[] sample(Path out, String... options) throws IOException {
    Stream<String> fixed = Stream.of("sample", run.toString(), "--out", out.toString());
    CommandRun.of(Stream.concat(fixed, Arrays.stream(options)).toArray(String[]::new)).succeeds();
    return Files.readAllBytes(out);
  }

  private static MultiLayerNetwork generator(Path of, int round) throws IOException {
    Path file = of.resolve("checkpoints/step=%08d/generator.zip".formatted(round));
    return MultiLayerNetwork.load(file.toFile(), true);
  }

  /** The latent vectors of an epoch's stored samples. */
  private static INDArray latent(Path of, int epoch) {
    Experiment experiment = RunRecord.read(Runs.open(of.toString(), Map.of())).experiment();
    int count = experiment.samples().stored();
    long seed = Seeds.of(experiment.train().seed(), Seeds.Use.SAMPLES, epoch);
    return HostArrays.toArray(
        LatentVectors.draw(experiment.latent(), count, seed), count, experiment.latent().size());
  }

  private static NpyArray stored(int epoch) throws IOException {
    return NpyArray.parse(samples(run, epoch), "samples");
  }

  private static byte[] samples(Path of, int epoch) throws IOException {
    return Files.readAllBytes(of.resolve("samples/epoch-%04d.npy".formatted(epoch)));
  }

  private static List<JsonNode> lines(String file) {
    ObjectMapper json = new ObjectMapper();
    try {
      return json.readerFor(JsonNode.class)
          .<JsonNode>readValues(run.resolve(file).toFile())
          .readAll();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
