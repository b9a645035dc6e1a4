package example;

import io.momentgan.ml.GanEstimator;
import io.momentgan.ml.GanModel;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.classification.LogisticRegression;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Classifies MNIST by few labels: from pixels, and from what a discriminator sees in them. */
public final class Features {
  private static final int TRAINED = 8_000;
  private static final int LABELLED = 1000;
  private static final int TESTED = 10_000;
  private static final StructType COLUMNS =
      new StructType()
          .add("image", SQLDataTypes.VectorType())
          .add("label", DataTypes.DoubleType);

  private Features() {}

  /**
   * Trains on 8000 images without their labels, then classifiers on 1000 labels.
   *
   * @param args folder of runs; folder of MNIST's files
   */
  public static void main(String[] args) throws IOException {
    try (SparkSession spark =
        SparkSession.builder()
            .master("local[1]")
            .config("spark.sql.shuffle.partitions", "1")
            .getOrCreate()) {
      Dataset<Row> training = spark.createDataFrame(images(args[1], "train", TRAINED), COLUMNS).cache();
      Dataset<Row> test = spark.createDataFrame(images(args[1], "t10k", TESTED), COLUMNS).cache();
      Dataset<Row> labelled = training.limit(LABELLED).cache();
      GanEstimator gan =
          new GanEstimator()
              .setExperiment("dcgan-mnist-conditional")
              .setSettings(
                  "labels.classes=0", "train.averaging-frequency=100")
              .setOut(args[0])
              .setSeed(1);
      System.out.printf("pixels: %.1f %%%n", accuracy("image", labelled, test));
      // With a learning rate of 0 it stays what it was at first.
      GanModel untrained =
          gan.copy(gan.extractParamMap())
              .setSettings(
                  "labels.classes=0",
                  "data.limit=64",
                  "discriminator.optimizer.learning-rate=1.0e-30")
              .setEpochs(1)
              .fit(training);
      System.out.printf("untrained: %.1f %%%n", accuracy(untrained, labelled, test));
      GanModel trained = gan.setEpochs(3).fit(training);
      System.out.printf("trained: %.1f %%%n", accuracy(trained, labelled, test));
    }
    System.exit(0); // libraries may leave threads behind
  }

  private static double accuracy(GanModel gan, Dataset<Row> labelled, Dataset<Row> test) {
    gan.setFeaturesFrom("discriminator").setOutputCol("features");
    return accuracy("features", gan.transform(labelled).cache(), gan.transform(test).cache());
  }

  private static double accuracy(String column, Dataset<Row> labelled, Dataset<Row> test) {
    Pipeline classifier =
        new Pipeline()
            .setStages(
                new PipelineStage[] {
                  new LogisticRegression().setFeaturesCol(column).setRegParam(0.01).setMaxIter(100)
                });
    Dataset<Row> predicted = classifier.fit(labelled).transform(test);
    return 100
        * new MulticlassClassificationEvaluator().setMetricName("accuracy").evaluate(predicted);
  }

  private static List<Row> images(String folder, String part, int count) throws IOException {
    try (DataInputStream pixels = open(folder, part + "-images-idx3-ubyte.gz");
        DataInputStream labels = open(folder, part + "-labels-idx1-ubyte.gz")) {
      pixels.skipNBytes(8);
      double[] image = new double[pixels.readInt() * pixels.readInt()];
      labels.skipNBytes(8);
      List<Row> rows = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        for (int j = 0; j < image.length; j++) {
          image[j] = pixels.readUnsignedByte();
        }
        rows.add(RowFactory.create(Vectors.dense(image.clone()).compressed(), (double) labels.readByte()));
      }
      return rows;
    }
  }

  private static DataInputStream open(String folder, String file) throws IOException {
    return new DataInputStream(
        new BufferedInputStream(
            new GZIPInputStream(Files.newInputStream(Path.of(folder, file)))));
  }
}
