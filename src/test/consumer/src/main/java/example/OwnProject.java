package example;

import io.momentgan.ml.GanModel;
import io.momentgan.ml.GanTrainer;
import io.momentgan.ml.GanTraining;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Trains a small GAN on the embedded digits, and draws images from it. */
public final class OwnProject {
  private static final String[] SETTINGS = {
    "name=own",
    "data.glyphs.train=1000",
    "data.glyphs.test=100",
    "data.validation=100",
    "train.epochs=1"
  };

  private OwnProject() {}

  /**
   * Trains, waits, generates.
   *
   * @param args the folder that gets the run's folder, first
   */
  public static void main(String[] args) {
    try (SparkSession spark = SparkSession.builder().master("local[2]").getOrCreate()) {
      GanTraining training =
          GanTrainer.ofExperiment(spark, "quickstart").set(SETTINGS).start(args[0]);
      while (!training.await(10)) {
        System.out.println("training " + training);
      }
      Dataset<Row> images = GanModel.load(spark, training.folder()).generate(500, 1);
      System.out.printf(
          "%s: %d images%n", training, images.select("image.data").distinct().count());
    }
    System.exit(0); // libraries may leave threads behind
  }
}
