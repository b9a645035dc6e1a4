package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.momentgan.Experiments;
import io.momentgan.data.DataSet;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import io.momentgan.data.sets.DataSets;
import io.momentgan.run.Run;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Runs whose discriminator is a classifier: errors of each epoch, ensembles, predictions. */
@Tag("long")
class ClassifyTest {
  private static final JsonMapper JSON = new JsonMapper();
  private static final int CLASSES = 10;
  private static final int TEST = 130;

  @TempDir private static Path shared;

  private static Path first;
  private static Path second;

  @BeforeAll
  static void train() {
    first = trained("first", "averaging.ema.discriminator-half-life=100");
    second = trained("second", "train.seed=2");
  }

  private static Path trained(String name, String... more) {
    String[] settings = {
      "labels.classes=" + CLASSES,
      "labels.generator=none",
      "labels.discriminator=classifier",
      "discriminator.optimizer.learning-rate=0.01",
      "data.glyphs.test=" + TEST
    };
    return TinyExperiment.train(
        shared.resolve(name),
        Stream.concat(Arrays.stream(settings), Arrays.stream(more)).toArray(String[]::new));
  }

  private static DataSet glyphs() {
    String[] settings = {"data.glyphs.train=400", "data.glyphs.test=" + TEST};
    return DataSets.open(Experiments.small(settings).data(), Map.of());
  }

  private static List<ObjectNode> errors(Path run) throws IOException {
    List<ObjectNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("metrics/classification.jsonl"))) {
      ObjectNode node = (ObjectNode) JSON.readTree(line);
      node.remove(List.of("run", "time"));
      lines.add(node);
    }
    return lines;
  }

  /** Softmax of stock Deeplearning4j's output, [images][classes]. */
  private static double[][] oracle(Path run, ImageSource images) throws IOException {
    Run opened = Run.open(run.toString(), Map.of());
    String folder =
        "checkpoints/step=%08d/".formatted(opened.checkpoints().requireNewest().manifest().step());
    Path average = run.resolve(folder + "discriminator-ema.zip");
    Path file = Files.exists(average) ? average : run.resolve(folder + "discriminator.zip");
    MultiLayerNetwork network = ModelSerializer.restoreMultiLayerNetwork(file.toFile(), false);
    Images read = images.read(IntStream.range(0, images.count()).toArray());
    int features = images.shape().features();
    INDArray rows = Nd4j.create(images.count(), features);
    for (int i = 0; i < images.count(); i++) {
      for (int j = 0; j < features; j++) {
        rows.putScalar(i, j, ((read.pixels()[i * features + j] & 0xFF) - 127.5) / 127.5);
      }
    }
    INDArray logits = network.output(rows);
    double[][] probabilities = new double[images.count()][];
    for (int i = 0; i < images.count(); i++) {
      int row = i;
      double[] exponentials =
          IntStream.range(0, CLASSES)
              .mapToDouble(c -> Math.exp(logits.getDouble(row, c)))
              .toArray();
      double sum = DoubleStream.of(exponentials).sum();
      probabilities[i] = DoubleStream.of(exponentials).map(e -> e / sum).toArray();
    }
    return probabilities;
  }

  private static int errors(double[][] probabilities, ImageSource images) {
    byte[] labels = images.read(IntStream.range(0, images.count()).toArray()).labels();
    return (int)
        IntStream.range(0, images.count()).filter(i -> best(probabilities[i]) != labels[i]).count();
  }

  private static int best(double[] values) {
    return IntStream.range(0, CLASSES)
        .reduce((a, b) -> values[b] > values[a] ? b : a)
        .orElseThrow();
  }

  private static double[][] mean(double[][] a, double[][] b) {
    double[][] mean = new double[a.length][CLASSES];
    for (int i = 0; i < a.length; i++) {
      for (int c = 0; c < CLASSES; c++) {
        mean[i][c] = (a[i][c] + b[i][c]) / 2;
      }
    }
    return mean;
  }

  private static List<Row> rows(Path parquet) {
    try (SparkSession spark =
        SparkSession.builder()
            .master("local[1]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .getOrCreate()) {
      return spark.read().parquet(parquet.toString()).orderBy("split", "index").collectAsList();
    }
  }

  @Test
  void theErrorsOfEachEpochAreInTheMetricsAndOnThePage() throws IOException {
    ImageSource test = glyphs().test().orElseThrow();
    for (Path run : List.of(first, second)) {
      List<ObjectNode> lines = errors(run);
      assertThat(lines).extracting(line -> line.get("epoch").intValue()).containsExactly(1, 2);
      ObjectNode last = lines.get(1);
      int expected = errors(oracle(run, test), test);
      assertThat(last.get("errors").intValue()).isEqualTo(expected).isBetween(1, TEST - 1);
      assertThat(last.get("images").intValue()).isEqualTo(TEST);
      assertThat(last.get("error_share").doubleValue()).isEqualTo(expected / (double) TEST);
      assertThat(last.get("split").textValue()).isEqualTo("test");
      assertThat(last.get("round").intValue()).isEqualTo(6);
      assertThat(last.get("weights").textValue()).isEqualTo(run.equals(first) ? "ema" : "raw");
      assertThat(Files.readString(run.resolve("report/index.html")))
          .contains("<h2>Classification</h2>", "makes %d errors on 130 test".formatted(expected))
          .contains("canvas id=\"errors\"");
    }
    Path page = shared.resolve("page");
    CommandRun.of("report", first.toString(), second.toString(), "--out=" + page).succeeds();
    assertThat(Files.readString(page.resolve("index.html")))
        .contains(">Errors</th>", "canvas id=\"errors\"");
  }

  @Test
  void aResumedRunHasEachEpochOnceWithTheSameErrors() throws IOException {
    String average = "averaging.ema.discriminator-half-life=100";
    Path half = trained("half", "train.epochs=1", average);
    // A line of an epoch that no checkpoint has: it will be trained again.
    Path table = half.resolve("metrics/classification.jsonl");
    String line = Files.readString(table);
    Files.writeString(
        table,
        line + line.replace("\"epoch\":1", "\"epoch\":2").replace("\"round\":3", "\"round\":6"));
    CommandRun.of("resume", half.toString(), "--set", "train.epochs=2").succeeds();
    assertThat(errors(half)).isEqualTo(errors(first));
    assertThat(Files.readString(table)).startsWith(line);
  }

  @Test
  void validationImagesStandInForTestImagesAndOtherRunsCountNothing() throws IOException {
    Path data = shared.resolve("training-only");
    IdxGlyphs.write(data, 300, 20);
    Files.delete(data.resolve("t10k-images-idx3-ubyte"));
    Files.delete(data.resolve("t10k-labels-idx1-ubyte"));
    Path run = trained("held-out", "data.uri=" + data, "data.validation=50", "train.epochs=1");
    JsonNode line = errors(run).get(0);
    assertThat(line.get("split").textValue()).isEqualTo("validation");
    assertThat(line.get("images").intValue()).isEqualTo(50);
    Path gan = TinyExperiment.train(shared.resolve("gan"), "train.epochs=1");
    assertThat(gan.resolve("metrics/classification.jsonl")).doesNotExist();
    assertThat(
            CommandRun.of(
                    "classify", gan.toString(), "--data=glyphs", "--out=" + shared.resolve("none"))
                .mistake())
        .contains(
            "-tiny: found a discriminator that names no classes, expected a classifier; train one with"
                + " labels.classes=K and labels.discriminator=classifier");
    assertThat(CommandRun.of("evaluate", first.toString(), run.toString(), "--ensemble").mistake())
        .contains("-tiny: found a run on other data than ");
  }

  @Test
  void evaluateCountsTheErrorsOfEachRunAndOfTheEnsemble() throws IOException {
    ImageSource test = glyphs().test().orElseThrow();
    double[][] a = oracle(first, test);
    double[][] b = oracle(second, test);
    int together = errors(mean(a, b), test);
    CommandRun run =
        CommandRun.of("evaluate", first.toString(), second.toString(), "--ensemble").succeeds();
    int ofFirst = errors(a, test);
    int ofSecond = errors(b, test);
    assertThat(run.out().lines().toList())
        .containsExactly(
            "00000-tiny, epoch 2: %d of 130 test images (%.2f %%)"
                .formatted(ofFirst, 100.0 * ofFirst / TEST),
            "00000-tiny, epoch 2: %d of 130 test images (%.2f %%)"
                .formatted(ofSecond, 100.0 * ofSecond / TEST),
            "Errors of one run: %.1f, standard deviation %.1f over the 2"
                .formatted((ofFirst + ofSecond) / 2.0, Math.abs(ofFirst - ofSecond) / Math.sqrt(2)),
            "Errors of the ensemble: %d of 130 test images (%.2f %%)"
                .formatted(together, 100.0 * together / TEST));
    CommandRun one = CommandRun.of("evaluate", first.toString(), "--ensemble").succeeds();
    assertThat(one.out().lines().toList())
        .hasSize(2)
        .last()
        .asString()
        .startsWith("Errors of the ensemble: %d of 130 test images".formatted(ofFirst));
    for (String option : List.of("--samples=100", "--weights=raw", "--every=1", "--epochs=1,2")) {
      assertThat(CommandRun.of("evaluate", first.toString(), "--ensemble", option).mistake())
          .contains("--ensemble: found --samples, --weights, --every or several --epochs");
    }
  }

  @Test
  void predictionsOfARunAndOfAnEnsembleAreThoseOfStockDeeplearning4j() throws IOException {
    DataSet data = glyphs();
    ImageSource test = data.test().orElseThrow();
    Path alone = shared.resolve("alone");
    CommandRun run =
        CommandRun.of("classify", first.toString(), "--data=glyphs", "--out=" + alone).succeeds();
    assertThat(run.out()).isEqualTo("530 images classified by 00000-tiny: %s%n".formatted(alone));
    List<Row> rows = rows(alone);
    assertThat(rows).hasSize(530);
    assertSame(rows.subList(0, TEST), oracle(first, test), test, "test");
    assertSame(
        rows.subList(TEST, 530), oracle(first, data.training()), data.training(), "training");
    long wrong =
        rows.subList(0, TEST).stream().filter(row -> row.getInt(3) != row.getInt(6)).count();
    assertThat(wrong).isEqualTo(errors(first).get(1).get("errors").longValue());
    Path together = shared.resolve("together");
    CommandRun.of(
            "classify",
            first.toString(),
            second.toString(),
            "--data=glyphs",
            "--out=" + together,
            "--set=data.glyphs.train=100")
        .succeeds();
    rows = rows(together);
    assertThat(rows).hasSize(TEST + 100);
    assertSame(
        rows.subList(0, TEST), mean(oracle(first, test), oracle(second, test)), test, "test");
    assertThat(
            CommandRun.of("classify", first.toString(), "--data=glyphs", "--out=" + together)
                .mistake())
        .contains("--out %s: found something there".formatted(together));
  }

  private static void assertSame(
      List<Row> rows, double[][] expected, ImageSource images, String split) {
    byte[] labels = images.read(IntStream.range(0, images.count()).toArray()).labels();
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      assertThat(row.getString(0)).isEqualTo(split);
      assertThat(row.getLong(1)).isEqualTo(i);
      assertThat(row.isNullAt(2)).as("path").isTrue();
      assertThat(row.getInt(3)).isEqualTo(best(expected[i]));
      assertThat(row.isNullAt(4)).as("class").isTrue();
      List<Float> probabilities = row.getList(5);
      assertThat(probabilities).hasSize(CLASSES);
      for (int c = 0; c < CLASSES; c++) {
        assertThat((double) probabilities.get(c)).isCloseTo(expected[i][c], within(1e-5));
      }
      assertThat(row.getInt(6)).isEqualTo(labels[i]);
    }
  }

  @Test
  void imageFilesHaveTheirPathsAndLabelsOfTheRunsClasses() throws IOException {
    ImageSource test = glyphs().test().orElseThrow();
    Images read = test.read(IntStream.range(0, TEST).toArray());
    Path folder = shared.resolve("files");
    List<Integer> written = new ArrayList<>();
    for (int i = 0; i < TEST; i++) {
      if (read.labels()[i] == 3 || read.labels()[i] == 7) {
        BufferedImage image = new BufferedImage(28, 28, BufferedImage.TYPE_BYTE_GRAY);
        for (int j = 0; j < 784; j++) {
          image.getRaster().setSample(j % 28, j / 28, 0, read.pixels()[i * 784 + j] & 0xFF);
        }
        Path file = folder.resolve("%d/%03d.png".formatted(read.labels()[i], i));
        Files.createDirectories(file.getParent());
        ImageIO.write(image, "png", file.toFile());
        written.add(i);
      }
    }
    Path out = shared.resolve("of-files");
    CommandRun.of("classify", second.toString(), "--data=" + folder, "--out=" + out).succeeds();
    double[][] expected = oracle(second, test);
    List<Row> rows = rows(out);
    assertThat(rows).hasSameSizeAs(written);
    for (Row row : rows) {
      Path file = Path.of(row.getString(2).replaceFirst("^file:", ""));
      assertThat(file).isRegularFile();
      int image = Integer.parseInt(file.getFileName().toString().substring(0, 3));
      assertThat(row.getInt(3)).isEqualTo(best(expected[image]));
      assertThat(row.getInt(6)).isEqualTo(read.labels()[image]);
    }
    // Files are resized as in training: no size is wrong. Arrays are not.
    Path wide = shared.resolve("wide");
    Files.createDirectories(wide);
    Files.write(
        wide.resolve("images.npy"),
        Nd4j.toNpyByteArray(Nd4j.zeros(org.nd4j.linalg.api.buffer.DataType.UINT8, 5, 20, 20)));
    assertThat(
            CommandRun.of(
                    "classify",
                    second.toString(),
                    "--data=" + wide,
                    "--out=" + shared.resolve("none"))
                .mistake())
        .contains("wide: found images of 1x20x20, expected 1x28x28, those of 00000-tiny");
    assertThat(
            CommandRun.of(
                    "classify",
                    second.toString(),
                    "--data=glyphs",
                    "--out=" + shared.resolve("none"),
                    "--set=train.epochs=3")
                .mistake())
        .contains("--set train.epochs: found a setting of something else, expected data.* or s3.*");
  }
}
