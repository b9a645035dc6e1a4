package io.momentgan.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.SparkTests;
import io.momentgan.config.Experiment;
import io.momentgan.config.ExperimentReader;
import io.momentgan.config.UserException;
import io.momentgan.data.ImageShape;
import io.momentgan.data.decoding.ImageDecoder;
import io.momentgan.export.Generation;
import io.momentgan.run.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.apache.spark.SparkException;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.classification.LogisticRegression;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** GANs as stages of Spark ML, on images of 5x5 in three forms. */
@Tag("long")
class GanEstimatorTest {
  private static final int SIDE = 5;
  private static final int VALUES = SIDE * SIDE;
  private static final int UNITS = 8;
  private static final StructType COLUMNS =
      new StructType()
          .add("image", Generation.IMAGE)
          .add("vector", SQLDataTypes.VectorType())
          .add("array", DataTypes.createArrayType(DataTypes.FloatType))
          .add("label", DataTypes.DoubleType);

  @TempDir private static Path folder;

  private static SparkSession spark;
  private static Dataset<Row> rows;
  private static GanModel model;

  @BeforeAll
  static void train() throws Exception {
    spark = SparkTests.session(2, Map.of());
    Files.writeString(
        folder.resolve("tiny.yaml"),
        """
        name: tiny
        latent: {size: 4}
        generator: {layers: [{type: dense, units: 8}]}
        discriminator: {layers: [{type: dense, units: 8}, {type: noise, sd: 0.1}]}
        train: {epochs: 3, batch-size: 10, averaging-frequency: 2}
        samples: {grid: 4, stored: 11}
        """);
    SplittableRandom random = new SplittableRandom(1);
    List<Row> made = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      made.add(row(random, i % 3));
    }
    rows = spark.createDataFrame(made, COLUMNS);
    model = estimator("images").fit(rows);
  }

  /** An image that is bright from the row of its class on. */
  private static Row row(SplittableRandom random, int label) {
    byte[] pixels = new byte[VALUES];
    for (int i = 0; i < VALUES; i++) {
      pixels[i] = (byte) (random.nextInt(60) + (i / SIDE > label ? 190 : 0));
    }
    double[] values = new double[VALUES];
    Arrays.setAll(values, i -> Byte.toUnsignedInt(pixels[i]));
    List<Float> floats = Arrays.stream(values).mapToObj(value -> (float) value).toList();
    return RowFactory.create(
        RowFactory.create("here", SIDE, SIDE, 1, 0, pixels),
        Vectors.dense(values),
        floats,
        (double) label);
  }

  private static GanEstimator estimator(String out) {
    return new GanEstimator()
        .setExperiment(folder + "/tiny.yaml")
        .setOut(folder + "/" + out)
        .setEpochs(1)
        .setSeed(7);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @Test
  void theRunStaysAndTheImagesGo() throws Exception {
    try (Stream<Path> left = Files.list(folder.resolve("images"))) {
      assertThat(left)
          .extracting(path -> path.getFileName().toString())
          .containsExactly("00000-tiny");
    }
    Run run = Run.open(folder + "/images", Map.of());
    assertThat(run.record().shape()).hasToString("1x5x5");
    assertThat(run.record().data().training()).isEqualTo(60);
    Experiment experiment = run.record().experiment();
    assertThat(experiment.train().epochs()).isEqualTo(1);
    assertThat(experiment.train().seed()).isEqualTo(7);
    assertThat(experiment.train().workers()).isEqualTo(2);
    assertThat(model.epoch()).isEqualTo(1);
    assertThat(model.getSeed()).as("the estimator's").isEqualTo(7);
    assertThat(model.parent()).isInstanceOf(GanEstimator.class);
  }

  @Test
  void allFormsOfTheSameImagesGiveTheSameBits() {
    for (String column : List.of("vector", "array")) {
      GanModel other = estimator(column).setImageCol(column).fit(rows);
      assertThat(generated(other, rows)).as(column).isEqualTo(generated(model, rows));
    }
  }

  @Test
  void partitionsWithoutRowsDoNotMatter() {
    Dataset<Row> late = rows.repartition(3).filter("label > 5").union(rows);
    assertThat(generated(estimator("late").fit(late), rows)).isEqualTo(generated(model, rows));
  }

  @Test
  void imagesAreStoredAsTheyAre() throws Exception {
    byte[] colours = new byte[3 * VALUES];
    new SplittableRandom(2).nextBytes(colours);
    Row colour = RowFactory.create("here", SIDE, SIDE, 3, 16, colours);
    Dataset<Row> one =
        spark.createDataFrame(
            List.of(RowFactory.create(colour)), new StructType().add("image", Generation.IMAGE));
    Dataset<Row> files =
        new GanEstimator().rows(one, ImageColumn.of(one.schema(), "image"), shape("3x5x5"));
    byte[] file = files.first().getAs("image");
    float[] planes = ImageColumn.planes("", one.first().getStruct(0));
    byte[] decoded =
        new ImageDecoder(
                ExperimentReader.data(List.of("data.images.height=5", "data.images.width=5"))
                    .images())
            .decode(file)
            .values();
    for (int i = 0; i < planes.length; i++) {
      assertThat(Byte.toUnsignedInt(decoded[i])).isEqualTo((int) planes[i]);
    }
  }

  private static ImageShape shape(String text) {
    return ImageShape.parse(text);
  }

  @Test
  void encodedImagesAreResized() {
    Dataset<Row> files =
        new GanEstimator()
            .rows(rows, ImageColumn.of(rows.schema(), "vector"), shape("1x5x5"))
            .withColumnRenamed("image", "file");
    GanModel resized =
        estimator("files")
            .setImageCol("file")
            .setSettings("data.images.channels=1", "data.images.height=8", "data.images.width=6")
            .fit(files);
    assertThat(resized).asString().contains("images of 1x8x6");
    Row features = resized.setFeaturesFrom("discriminator").transform(files).first();
    assertThat(features.<Vector>getAs("generated").size()).isEqualTo(UNITS);
  }

  @Test
  void generatesAnImageForEachRow() {
    Dataset<Row> longer = model.transform(rows);
    assertThat(longer.columns()).containsExactly("image", "vector", "array", "label", "generated");
    assertThat(longer.count()).isEqualTo(60);
    Row first = longer.first();
    assertThat(first.<Vector>getAs("vector")).isEqualTo(rows.first().getAs("vector"));
    Row image = first.getAs("generated");
    assertThat(image.<Integer>getAs("height")).isEqualTo(SIDE);
    assertThat(image.<byte[]>getAs("data")).hasSize(VALUES);
    List<List<Byte>> images = generated(model, rows);
    assertThat(images).hasSize(60).doesNotHaveDuplicates().isEqualTo(generated(model, rows));
    GanModel copy = model.copy(model.extractParamMap().put(model.seed(), 8L));
    assertThat(generated(copy, rows)).isNotEqualTo(images);
    assertThat(model.getSeed()).isEqualTo(7);
  }

  private static List<List<Byte>> generated(GanModel by, Dataset<Row> from) {
    return by.transform(from.coalesce(1)).select("generated.data").collectAsList().stream()
        .map(
            row -> {
              List<Byte> bytes = new ArrayList<>();
              for (byte value : row.<byte[]>getAs(0)) {
                bytes.add(value);
              }
              return bytes;
            })
        .toList();
  }

  @Test
  void generatesTheClassOfTheRow() {
    GanModel conditional = estimator("labelled").setLabelCol("label").fit(rows);
    assertThat(Run.open(folder + "/labelled", Map.of()).record().experiment().labels().classes())
        .isEqualTo(3);
    assertThat(conditional.getLabelCol()).isEqualTo("label");
    Dataset<Row> ones = rows.drop("label").selectExpr("*", "1 as label");
    Dataset<Row> twos = rows.drop("label").selectExpr("*", "2 as label");
    List<List<Byte>> ofRows = generated(conditional, rows);
    List<List<Byte>> ofOnes = generated(conditional, ones);
    List<List<Byte>> ofTwos = generated(conditional, twos);
    assertThat(ofRows.get(1)).as("a row of class 1").isEqualTo(ofOnes.get(1));
    assertThat(ofRows.get(2)).as("a row of class 2").isEqualTo(ofTwos.get(2));
    assertThat(ofOnes.get(2)).isNotEqualTo(ofTwos.get(2));
    GanModel inTurn = conditional.copy(conditional.extractParamMap());
    inTurn.clear(inTurn.labelCol());
    assertThat(generated(inTurn, rows.drop("label"))).as("classes in turn").isEqualTo(ofRows);
    assertFailsWith("expected a class from 0 to 2", conditional, "3 as label");
    assertFailsWith("found null", conditional, "cast(null as int) as label");
    assertThatThrownBy(() -> conditional.setFeaturesFrom("discriminator").transform(rows))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("told the class");
  }

  private static void assertFailsWith(String message, GanModel by, String label) {
    Dataset<Row> longer = by.transform(rows.drop("label").selectExpr("*", label));
    assertThatThrownBy(longer::collectAsList)
        .isInstanceOf(SparkException.class)
        .hasRootCauseInstanceOf(UserException.class)
        .rootCause()
        .hasMessageContaining(message);
  }

  @Test
  void featuresOfImagesDoNotDependOnPartitions() {
    GanModel features = features();
    List<Row> together = features.transform(rows).select("features").collectAsList();
    List<Row> apart =
        features.transform(rows.repartition(7)).select("vector", "features").collectAsList();
    assertThat(together)
        .hasSize(60)
        .extracting(row -> row.<Vector>getAs(0).size())
        .containsOnly(UNITS);
    for (Row row : apart) {
      int at = indexOf(row.getAs(0));
      double[] expected = together.get(at).<Vector>getAs(0).toArray();
      assertThat(row.<Vector>getAs(1).toArray()).containsExactly(expected, Offset.offset(1e-5));
    }
    assertThat(features.setImageCol("vector").transform(rows).select("features").collectAsList())
        .isEqualTo(together);
  }

  private static int indexOf(Object vector) {
    List<Row> all = rows.select("vector").collectAsList();
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).getAs(0).equals(vector)) {
        return i;
      }
    }
    throw new AssertionError("no such row");
  }

  private static GanModel features() {
    return GanModel.load(spark, folder + "/images")
        .setFeaturesFrom("discriminator")
        .setOutputCol("features");
  }

  @Test
  void aClassifierFollowsInAPipelineThatIsSavedAndLoaded() throws Exception {
    GanEstimator gan = estimator("piped");
    LogisticRegression classifier = new LogisticRegression().setMaxIter(20);
    Pipeline pipeline = new Pipeline().setStages(new PipelineStage[] {gan, features(), classifier});
    String saved = folder + "/saved-pipeline";
    pipeline.save(saved);
    PipelineStage[] stages = Pipeline.load(saved).getStages();
    assertThat(((GanEstimator) stages[0]).getExperiment()).isEqualTo(folder + "/tiny.yaml");
    assertThat(((GanEstimator) stages[0]).getEpochs()).isEqualTo(1);
    PipelineModel fitted = pipeline.fit(rows);
    Dataset<Row> predicted = fitted.transform(rows);
    assertThat(predicted.filter("prediction = label").count()).isGreaterThan(40);
    fitted.save(folder + "/saved-fitted");
    assertThat(predictions(PipelineModel.load(folder + "/saved-fitted").transform(rows)))
        .isEqualTo(predictions(predicted));
  }

  private static List<Row> predictions(Dataset<Row> rows) {
    return rows.select("generated.data", "features", "prediction").collectAsList().stream()
        .map(
            row -> RowFactory.create(Arrays.toString(row.<byte[]>getAs(0)), row.get(1), row.get(2)))
        .toList();
  }

  @Test
  void aSavedModelGeneratesTheSameImages() throws Exception {
    String saved = folder + "/saved-model";
    model.write().overwrite().save(saved);
    GanModel loaded = GanModel.load(saved);
    assertThat(loaded.uid()).isEqualTo(model.uid());
    assertThat(loaded).hasToString(model.toString());
    assertThat(loaded.getSeed()).isEqualTo(7);
    assertThat(generated(loaded, rows)).isEqualTo(generated(model, rows));
    assertThat(loaded.generate(5, 3).drop("image").collectAsList())
        .isEqualTo(model.generate(5, 3).drop("image").collectAsList());
    loaded.save(folder + "/saved-again");
    assertThat(generated(GanModel.load(folder + "/saved-again"), rows))
        .isEqualTo(generated(model, rows));
    assertThatThrownBy(() -> model.save(saved)).hasMessageContaining("already exists");
  }

  @Test
  void mistakesAreToldInOneLineBeforeATraining() {
    assertRefused(estimator("x").setImageCol("picture"), rows)
        .hasMessage(
            "imageCol: found columns image, vector, array, label, expected one named picture");
    assertRefused(estimator("x").setImageCol("label"), rows)
        .hasMessageContaining(
            "imageCol: found column label of type double, expected Spark's image");
    assertRefused(estimator("x").setLabelCol("image"), rows)
        .hasMessageContaining("labelCol: found column image");
    assertRefused(estimator("x").setExperiment("quickstrat"), rows)
        .hasMessageContaining("quickstrat: no such file")
        .hasMessageContaining("quickstart");
    assertRefused(estimator("x").setSettings("train.epoch=3"), rows)
        .hasMessageContaining("train.epoch: found an unknown setting");
    assertRefused(estimator("x").setWorkers(3), rows)
        .hasMessageContaining("train.workers: found 3, expected at most 2");
    assertRefused(estimator("x"), rows.limit(0)).hasMessageContaining("found no rows");
    assertRefused(estimator("x"), with("cast(null as " + image() + ") as image"))
        .hasMessageContaining("Column image: found null in a row, expected an image");
    assertRefused(
            estimator("x").setImageCol("array"), with("slice(array, 1, 24) as array").union(rows))
        .hasMessage(
            "Column array: found images of 24 and 25, expected one size; scale them before");
    assertRefused(estimator("x").setImageCol("array"), with("slice(array, 1, 24) as array"))
        .hasMessageContaining("found 24 values per image, expected a square number");
    assertRefused(
            estimator("x").setImageCol("array"), with("transform(array, v -> v - 300) as array"))
        .hasMessageContaining("expected values from 0 to 255");
    assertRefused(
            estimator("x").setImageCol("array"), with("transform(array, v -> v / 255) as array"))
        .hasMessageContaining("multiply them by 255");
    assertRefused(estimator("x").setLabelCol("label"), with("label + 0.5 as label"))
        .hasMessageContaining("Column label: found ")
        .hasMessageContaining("expected a class from 0");
    assertRefused(estimator("x").setLabelCol("label"), with("cast(null as double) as label"))
        .hasMessageContaining("Column label: found null");
    assertRefused(estimator("x").setLabelCol("label").setSettings("labels.classes=2"), rows)
        .hasMessageContaining("expected a class from 0 to 1");
    assertThatThrownBy(
            () -> model.copy(model.extractParamMap()).setOutputCol("label").transform(rows))
        .isInstanceOf(UserException.class)
        .hasMessage("outputCol: found a column label already, expected a new name");
    Dataset<Row> small =
        features().setImageCol("array").transform(with("slice(array, 1, 16) as array"));
    assertThatThrownBy(small::collectAsList)
        .rootCause()
        .isInstanceOf(UserException.class)
        .hasMessage("Column array: found an image of 16 values, expected 1x5x5 (25 values)");
    assertThat(folder.resolve("x")).as("nothing is left").isEmptyDirectory();
  }

  private static String image() {
    return Generation.IMAGE.catalogString();
  }

  /** The rows with another column in place of one. */
  private static Dataset<Row> with(String expression) {
    String name = expression.substring(expression.lastIndexOf(' ') + 1);
    List<String> columns = new ArrayList<>(List.of(rows.columns()));
    columns.replaceAll(column -> column.equals(name) ? expression : column);
    return rows.selectExpr(columns.toArray(String[]::new));
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> assertRefused(
      GanEstimator estimator, Dataset<Row> images) {
    return assertThatThrownBy(() -> estimator.fit(images)).isInstanceOf(UserException.class);
  }
}
