package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Quality of a run: measured while it trains and after, and what follows from it. */
class EvaluateTest {
  private static final JsonMapper JSON = new JsonMapper();

  @TempDir private static Path shared;

  private static Path run;

  @BeforeAll
  static void train() {
    run = trained("measured", "evaluation.every=1");
  }

  private static Path trained(String name, String... settings) {
    String[] all =
        Stream.concat(
                Stream.of("data.cache=" + shared.resolve("cache"), "evaluation.samples=200"),
                Arrays.stream(settings))
            .toArray(String[]::new);
    return TinyExperiment.train(shared.resolve(name), all);
  }

  private static List<ObjectNode> lines(Path file) {
    try {
      return Files.readAllLines(file).stream().map(EvaluateTest::line).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ObjectNode line(String text) {
    try {
      ObjectNode node = (ObjectNode) JSON.readTree(text);
      node.remove(List.of("run", "time", "seconds"));
      return node;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<ObjectNode> quality(Path folder) {
    return lines(folder.resolve("metrics/quality.jsonl"));
  }

  @Test
  void eachEvaluationIsALineOfEveryMeasureBesideItsBounds() throws IOException {
    List<ObjectNode> lines = quality(run);
    assertThat(lines).extracting(line -> line.get("epoch").intValue()).containsExactly(1, 2);
    for (ObjectNode line : lines) {
      assertThat(line.get("n").intValue()).isEqualTo(200);
      assertThat(line.get("weights").textValue()).isEqualTo("raw");
      assertThat(line.get("extractor").textValue()).startsWith("lenet-v1-");
      assertThat(line.get("extractor_accuracy").doubleValue()).isBetween(0.5, 1.0);
      for (String field :
          List.of(
              "fd",
              "fd_floor",
              "fd_infinity",
              "kid",
              "kid_se",
              "precision",
              "recall",
              "density",
              "coverage",
              "classifier_score",
              "missing_modes",
              "ndb",
              "memorisation",
              "pair_distance")) {
        assertThat(line.get(field).isNumber()).as(field).isTrue();
      }
      assertThat(line.get("fd").doubleValue()).isGreaterThan(line.get("fd_floor").doubleValue());
      assertThat(line.at("/real/fd")).isEqualTo(line.get("fd_floor"));
      assertThat(line.at("/independent_pixels/fd").isNumber()).isTrue();
    }
    assertThat(Files.readString(run.resolve("metrics/quality.jsonl"))).contains("\"seconds\":");
  }

  @Test
  void withoutClassesThereIsNoAccuracyOfThem() {
    for (ObjectNode line : quality(run)) {
      assertThat(line.get("class_accuracy").isNull()).isTrue();
      assertThat(line.get("class_head_accuracy").isNull()).isTrue();
      assertThat(line.at("/real/class_accuracy").doubleValue()).isGreaterThan(0.5);
    }
  }

  @Tag("long")
  @Test
  void aClassHeadIsAskedAboutHeldOutImages() {
    Path told =
        trained(
            "told",
            "labels.classes=10",
            "labels.discriminator=class-head",
            "data.glyphs.train=2000",
            "train.epochs=8",
            "evaluation.every=8");
    ObjectNode line = quality(told).get(0);
    assertThat(line.get("class_head_accuracy").doubleValue()).isBetween(0.5, 1.0);
    assertThat(line.get("class_accuracy").doubleValue()).isBetween(0.0, 1.0);
    assertThat(CommandRun.of("evaluate", told.toString()).succeeds().out())
        .contains("Class accuracy ", "Class head accuracy");
    assertThat(quality(told)).containsExactly(line);
  }

  /** All other images may have been trained on. */
  @Tag("long")
  @Tag("long")
  @Test
  void withoutTestImagesAClassHeadIsNotAsked() throws IOException {
    Path data = shared.resolve("untested-data");
    IdxGlyphs.write(data, 600, 20);
    Files.delete(data.resolve("t10k-images-idx3-ubyte"));
    Files.delete(data.resolve("t10k-labels-idx1-ubyte"));
    Path untested =
        trained(
            "untested",
            "data.uri=" + data,
            "labels.classes=10",
            "labels.discriminator=class-head",
            "evaluation.every=2");
    ObjectNode line = quality(untested).get(0);
    assertThat(line.get("class_head_accuracy").isNull()).isTrue();
    assertThat(line.get("class_accuracy").isNumber()).isTrue();
  }

  @Test
  void measuringDoesNotChangeTheTraining() {
    Path plain = trained("plain");
    assertThat(lines(run.resolve("metrics/epochs.jsonl")))
        .isEqualTo(lines(plain.resolve("metrics/epochs.jsonl")));
    assertThat(plain.resolve("metrics/quality.jsonl")).doesNotExist();
  }

  @Test
  void measuringACheckpointLaterGivesTheSameFigures() {
    List<ObjectNode> before = quality(run);
    CommandRun.of("evaluate", run.toString(), "--every", "1").succeeds();
    assertThat(quality(run)).isEqualTo(before);
  }

  @Tag("long")
  @Test
  void theLogLikelihoodOfTestImagesIsEstimatedOnDemand() throws IOException {
    Path table = run.resolve("metrics/likelihood.jsonl");
    assertThat(table).doesNotExist();
    String[] command = {"evaluate", run.toString(), "--epochs", "2,1", "--parzen"};
    assertThat(CommandRun.of(command).succeeds().out())
        .containsPattern("log-likelihood of 20 test images: -?[0-9.]+ \\+- [0-9.]+ nats");
    List<ObjectNode> lines = lines(table);
    assertThat(lines).extracting(line -> line.get("epoch").intValue()).containsExactly(1, 2);
    assertThat(lines.get(1).get("nats").doubleValue())
        .isGreaterThan(lines.get(0).get("nats").doubleValue());
    assertThat(lines.get(0).get("samples").intValue()).isEqualTo(200);
    CommandRun.of(command).succeeds();
    assertThat(lines(table)).isEqualTo(lines);
  }

  @Test
  void checkpointsThatAreNotThereAreTheUsersMistake() {
    String folder = run.toString();
    assertThat(CommandRun.of("evaluate", folder, "--epochs", "7").mistake())
        .contains("no intact checkpoint of epoch 7; there are 1, 2");
    assertThat(CommandRun.of("evaluate", folder, "--every", "5").mistake())
        .contains("checkpoint.keep-every=5");
    assertThat(CommandRun.of("evaluate", folder, "--samples", "9").mistake())
        .contains("--samples 9: expected at least 100");
  }

  @Test
  void theBestCheckpointIsTheOneWithTheBestMeasure() throws IOException {
    for (ObjectNode line : quality(run)) {
      Path manifest =
          run.resolve(
              "checkpoints/step=%08d/manifest.json".formatted(line.get("round").intValue()));
      JsonNode score = JSON.readTree(manifest.toFile()).get("score");
      assertThat(score.doubleValue()).isEqualTo(line.get("fd").doubleValue());
    }
  }

  @Test
  @Tag("long")
  void aTrainingThatDoesNotGetBetterStopsEarly() {
    Path stuck =
        trained(
            "stuck",
            "train.epochs=6",
            "evaluation.every=1",
            "evaluation.patience=2",
            "generator.optimizer.type=sgd",
            "generator.optimizer.learning-rate=1e-30");
    assertThat(lines(stuck.resolve("metrics/epochs.jsonl"))).hasSize(3);
    assertThat(CommandRun.of("resume", stuck.toString()).succeeds().out())
        .contains("stopped early; for more, resume with --set evaluation.patience=0");
    CommandRun.of("resume", stuck.toString(), "--set", "evaluation.patience=0").succeeds();
    assertThat(quality(stuck)).hasSize(6);
  }

  @Test
  void theReportShowsWhatWasMeasured() throws IOException {
    assertThat(Files.readString(run.resolve("report/index.html")))
        .contains("Nearest training images", "From one z to another")
        .contains("Independent pixels", "id=\"fd\"", "id=\"classes\"");
  }

  @Test
  void oneRunIsMadeOfEachSeed() {
    Path out = shared.resolve("seeds");
    String[] training = TinyExperiment.training(out, "train.epochs=1");
    String[] args =
        Stream.concat(Arrays.stream(training), Stream.of("--seeds", "4,9")).toArray(String[]::new);
    CommandRun made = CommandRun.of(args).succeeds();
    List<String> folders =
        made.out().lines().map(line -> line.substring("Run folder: ".length())).toList();
    assertThat(folders).hasSize(2);
    CommandRun.of("report", folders.get(0), folders.get(1), "--out", out.toString()).succeeds();
    assertThat(out.resolve("index.html"))
        .content()
        .contains("Comparison of 2 runs", "<td>tiny</td><td>4, 9 (0 of 2 measured)</td>");
    assertThat(CommandRun.of("report", folders.get(0), folders.get(1)).mistake())
        .contains("expected --out");
  }

  @Tag("long")
  @Test
  void generatedSamplesAreTheSameForAnyCountAndNumberOfWorkers() throws IOException {
    Map<String, byte[]> many = generated("many", 1150, 1);
    Map<String, byte[]> fewer = generated("fewer", 130, 3);
    assertThat(many).hasSize(1150).containsKeys("00000/00000000.png", "00001/00001149.png");
    assertThat(fewer).hasSize(130);
    fewer.forEach((name, png) -> assertThat(many.get(name)).as(name).isEqualTo(png));
    assertThat(many.values().stream().map(Arrays::hashCode).distinct()).hasSizeGreaterThan(1000);
    assertThat(
            CommandRun.of("generate", run.toString(), "--count", "1", "--out", out("many"))
                .mistake())
        .contains("expected a new or empty folder");
  }

  @Tag("long")
  @Test
  void parquetHoldsTheSamePixelsAsPngFiles() throws IOException {
    generated("png", 110, 2);
    CommandRun.of(
            "generate",
            run.toString(),
            "--count",
            "110",
            "--format",
            "parquet",
            "--out",
            out("parquet"))
        .succeeds();
    try (SparkSession spark =
        SparkSession.builder().master("local[2]").config("spark.ui.enabled", false).getOrCreate()) {
      List<Row> rows = spark.read().parquet(out("parquet")).orderBy("index").collectAsList();
      assertThat(rows).hasSize(110);
      Row last = rows.get(109);
      assertThat(last.<Long>getAs("index")).isEqualTo(109);
      assertThat(last.<Integer>getAs("label")).isNull();
      assertThat(last.<String>getAs("run")).isEqualTo(run.getFileName().toString());
      assertThat(last.<Integer>getAs("epoch")).isEqualTo(2);
      assertThat(last.<Long>getAs("seed")).isEqualTo(1);
      Row image = last.getAs("image");
      assertThat(image.<Integer>getAs("height")).isEqualTo(28);
      assertThat(image.<Integer>getAs("width")).isEqualTo(28);
      assertThat(image.<Integer>getAs("nChannels")).isEqualTo(1);
      assertThat(image.<Integer>getAs("mode")).isZero();
      byte[] pixels = image.getAs("data");
      int[] expected =
          ImageIO.read(Path.of(out("png"), "00000/00000109.png").toFile())
              .getRaster()
              .getPixels(0, 0, 28, 28, (int[]) null);
      for (int i = 0; i < expected.length; i++) {
        assertThat(pixels[i] & 0xFF).isEqualTo(expected[i]);
      }
    }
  }

  private static String out(String name) {
    return shared.resolve("generated").resolve(name).toString();
  }

  private static Map<String, byte[]> generated(String name, int count, int workers)
      throws IOException {
    System.setProperty("spark.master", "local[" + workers + "]");
    try {
      CommandRun.of(
              "generate",
              run.toString(),
              "--count",
              String.valueOf(count),
              "--epoch",
              "2",
              "--out",
              out(name))
          .succeeds();
    } finally {
      System.clearProperty("spark.master");
    }
    Path folder = Path.of(out(name));
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path file : paths.filter(Files::isRegularFile).toList()) {
        files.put(folder.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    return files;
  }
}
