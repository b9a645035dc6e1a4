package io.momentgan.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.SparkTests;
import io.momentgan.config.ConfigException;
import io.momentgan.config.UserException;
import io.momentgan.training.TrainingStoppedException;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.imageio.ImageIO;
import org.apache.commons.io.FileUtils;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Trainings in a session that goes on, and what is made of their folders. */
@Tag("long")
class GanTrainerTest {
  private static final String SETTINGS =
      """
      name: tiny
      data: {validation: 0, glyphs: {train: 100, test: 20}}
      latent: {size: 4}
      generator: {layers: [{type: dense, units: 8}]}
      discriminator: {layers: [{type: dense, units: 8}]}
      train: {epochs: 2, batch-size: 10, averaging-frequency: 2}
      samples: {grid: 4, stored: 11}
      """;

  @TempDir private static Path folder;

  private static SparkSession spark;
  private static String run;

  @BeforeAll
  static void train() {
    spark = SparkTests.session(2, Map.of());
    GanTraining training = GanTrainer.of(spark, SETTINGS).start(folder + "/runs");
    assertThat(training.await(60)).isTrue();
    run = training.folder();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @Test
  void theSessionGoesOnAfterATraining() {
    assertThat(spark.sparkContext().isStopped()).isFalse();
    assertThat(run).startsWith("file:").endsWith("/00000-tiny");
    GanRuns runs = GanRuns.at(spark, run);
    assertThat(runs).hasToString("1 run: 00000-tiny");
    assertThat(runs.table("epochs").select("epoch").collectAsList())
        .extracting(row -> row.getInt(0))
        .containsExactly(1, 2);
    Row row = runs.table("settings").filter("setting = 'train.workers'").first();
    assertThat(row.<String>getAs("value")).as("slots of the session").isEqualTo("2");
    assertThat(runs.table("sheets").count()).as("a table that no run has").isZero();
  }

  @Test
  void aTrainerIsShownByWhatItTrains() {
    assertThat(GanTrainer.of(spark, SETTINGS).set("train.epochs=3"))
        .hasToString("tiny: 3 epochs of glyphs");
  }

  @Test
  void listenersHearOfEachEpoch() {
    List<GanTraining.EpochEnd> heard = new CopyOnWriteArrayList<>();
    GanTraining training =
        GanTrainer.of(spark, SETTINGS).onEpoch(heard::add).start(folder + "/heard");
    assertThat(training.await(60)).isTrue();
    assertThat(heard).extracting(GanTraining.EpochEnd::epoch).containsExactly(1, 2);
    Row last = GanRuns.at(spark, training.folder()).table("epochs").filter("epoch = 2").first();
    assertThat(heard.get(1).discriminatorLoss()).isEqualTo(last.getAs("d_loss_epoch_mean"));
    assertThat(heard.get(1).generatorLoss()).isEqualTo(last.getAs("g_loss_epoch_mean"));
    GanTraining ended =
        GanTrainer.of(spark, SETTINGS)
            .onEpoch(
                epoch -> {
                  throw new IllegalArgumentException("enough");
                })
            .start(folder + "/ended");
    assertThatThrownBy(() -> ended.await(60)).hasMessage("enough");
  }

  @Test
  void stopEndsATrainingAfterItsRoundWithACheckpoint() {
    GanTrainer trainer = GanTrainer.of(spark, SETTINGS).set("train.epochs=100000");
    GanTraining training = trainer.start(folder + "/stopped");
    assertThat(training.await(0)).isFalse();
    assertThatThrownBy(() -> trainer.start(folder + "/second"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("found 00000-tiny in progress, expected none");
    GanRuns runs = GanRuns.at(spark, training.folder());
    while (runs.table("rounds").isEmpty()) {
      assertThat(training.await(1)).isFalse();
    }
    training.stop();
    assertThat(training.await(60)).isTrue();
    assertThat(training.isDone()).isTrue();
    training.stop();
    assertThat(GanModel.load(spark, training.folder()).epoch()).isPositive();
  }

  @Test
  void aTrainingThatDivergesSaysSoToWhoeverWaits() {
    GanTraining training =
        GanTrainer.of(spark, SETTINGS)
            .set("discriminator.optimizer.learning-rate=1.0e+38")
            .set("train.epochs=50")
            .start(folder + "/diverged");
    assertThatThrownBy(() -> training.await(60)).isInstanceOf(TrainingStoppedException.class);
    assertThat(training.isDone()).isTrue();
  }

  @Test
  void mistakesAreRefusedBeforeAnythingStarts() {
    GanTrainer trainer = GanTrainer.of(spark, SETTINGS);
    assertThatThrownBy(() -> GanTrainer.of(spark, SETTINGS + "epochs: 3"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("epochs");
    assertThatThrownBy(() -> trainer.set("train.epochs=0"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("train.epochs");
    assertThatThrownBy(() -> trainer.data(folder + "/none").start(folder + "/x"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("/none");
    assertThatThrownBy(() -> trainer.set("train.workers=3").start(folder + "/x"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("train.workers: found 3, expected at most 2");
    assertThat(folder.resolve("x"))
        .satisfiesAnyOf(
            none -> assertThat(none).doesNotExist(), empty -> assertThat(empty).isEmptyDirectory());
  }

  @Test
  void runsAreFoundByFoldersOfRuns() throws Exception {
    Path others = folder.resolve("others");
    FileUtils.copyDirectory(
        Path.of(run.substring("file:".length())).toFile(), others.resolve("b").toFile());
    FileUtils.copyDirectory(others.resolve("b").toFile(), others.resolve("a").toFile());
    Files.createDirectory(others.resolve("no-run"));
    String both = run + " , " + others;
    assertThat(GanRuns.at(spark, both)).hasToString("3 runs: 00000-tiny, a, b");
    assertThat(GanRuns.at(spark, run + "," + run).folders()).containsExactly(run);
    assertThat(GanRuns.at(spark, both).table("runs").select("experiment").distinct().count())
        .as("experiments of the same settings")
        .isEqualTo(1);
    assertThat(GanRuns.at(spark, both).table("epochs").groupBy("run").count().collectAsList())
        .as("lines of folders of other names than when they were written")
        .extracting(row -> row.getString(0) + " " + row.getLong(1))
        .containsExactlyInAnyOrder("00000-tiny 2", "a 2", "b 2");
    for (String wrong : List.of("", run + ",", folder + "/none", others + "/no-run")) {
      assertThatThrownBy(() -> GanRuns.at(spark, wrong)).isInstanceOf(UserException.class);
    }
    FileUtils.copyDirectory(others.resolve("a").toFile(), folder.resolve("again/a").toFile());
    for (String seed : List.of("tiny seed-1", "tiny%20seed-2")) {
      FileUtils.copyDirectory(
          others.resolve("a").toFile(), folder.resolve("study").resolve(seed + "/a").toFile());
    }
    GanRuns study = GanRuns.at(spark, folder + "/study");
    assertThat(study).hasToString("2 runs: tiny seed-1, tiny%20seed-2");
    assertThat(study.table("epochs").join(study.table("runs"), "run").count()).isEqualTo(4);
    assertThatThrownBy(() -> GanRuns.at(spark, others + "," + folder + "/again"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("found two of one name");
    assertThatThrownBy(() -> GanRuns.at(spark, run).table("epoch"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("epochs");
  }

  @Test
  void pythonKnowsTheDefaultsOfModels() throws Exception {
    GanParamsTest.requireDefaultsInPython(GanModel.load(spark, run));
  }

  @Test
  void imagesDependOnNothingButTheirIndex() {
    GanModel model = GanModel.load(spark, run);
    List<Row> few = model.generate(30, 5).collectAsList();
    List<Row> many = model.generate(2100, 5).orderBy("index").limit(30).collectAsList();
    assertThat(few)
        .hasSize(30)
        .extracting(GanTrainerTest::bytes)
        .isEqualTo(many.stream().map(GanTrainerTest::bytes).toList());
    assertThat(bytes(model.generate(1, 6).first())).isNotEqualTo(bytes(few.get(0)));
    assertThat(bytes(GanModel.loadEpoch(spark, run, 2).generate(1, 5).first()))
        .isEqualTo(bytes(few.get(0)));
    assertThatThrownBy(() -> GanModel.loadEpoch(spark, run, 3)).isInstanceOf(UserException.class);
    assertThatThrownBy(() -> model.generate(0, 1)).isInstanceOf(UserException.class);
  }

  private static List<Byte> bytes(Row row) {
    byte[] data = row.getStruct(5).getAs("data");
    List<Byte> list = new ArrayList<>();
    for (byte value : data) {
      list.add(value);
    }
    return list;
  }

  @Test
  void picturesShowBlueGreenRedBytes() throws Exception {
    Dataset<Row> rows =
        pictures(RowFactory.create(null, 1, 2, 3, 16, new byte[] {1, 2, 3, -1, 0, 127}));
    String html = GanPictures.html(rows, 1);
    byte[] png = Base64.getDecoder().decode(html.replaceAll("(?s).*base64,(.*)\">", "$1"));
    BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
    assertThat(image.getWidth()).isEqualTo(4); // small images are drawn at twice their size
    assertThat(image.getRGB(0, 0) & 0xFFFFFF).isEqualTo(0x030201);
    assertThat(image.getRGB(2, 1) & 0xFFFFFF).isEqualTo(0x7F00FF);
    assertThatThrownBy(() -> GanPictures.html(rows.limit(0), 1)).isInstanceOf(UserException.class);
    assertThatThrownBy(() -> GanPictures.html(rows.select("index"), 1))
        .isInstanceOf(UserException.class);
    assertThatThrownBy(() -> GanPictures.html(rows, 0)).isInstanceOf(UserException.class);
    for (Row wrong :
        Arrays.asList(
            null,
            RowFactory.create(null, 1, 2, 3, 16, new byte[5]),
            RowFactory.create(null, 1, 2, 4, 24, new byte[8]),
            RowFactory.create(null, -1, -1, -1, -1, new byte[0]))) {
      assertThatThrownBy(() -> GanPictures.html(pictures(wrong), 1))
          .isInstanceOf(UserException.class)
          .hasMessageStartingWith("Rows: found ");
    }
    Row smaller = RowFactory.create(null, 1, 1, 3, 16, new byte[3]);
    assertThatThrownBy(() -> GanPictures.html(rows.union(pictures(smaller)), 1))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("expected one size");
  }

  private static Dataset<Row> pictures(Row image) {
    StructType columns = GanModel.load(spark, run).generate(1, 1).schema();
    return spark.createDataFrame(List.of(RowFactory.create(0L, null, "r", 1, 1L, image)), columns);
  }
}
