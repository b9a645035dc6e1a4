package io.momentgan.evaluation;

import io.momentgan.extractor.TrainedExtractor;
import io.momentgan.quality.Nearest;
import io.momentgan.sampling.Pixels;
import io.momentgan.sampling.RealDraw;
import java.util.Arrays;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/** Some images beside their nearest training images, to show whether they are copies. */
final class TrainingNeighbours {
  /** Number of images shown. */
  static final int SHOWN = 12;

  private TrainingNeighbours() {}

  /**
   * Finds the nearest image by pixels of each query.
   *
   * @param queries images in [-1, 1], row after row
   * @param training all training images
   * @return images [queries][values] in [-1, 1]
   */
  static float[][] byPixels(JavaSparkContext spark, float[] queries, RealDraw training) {
    int values = training.images().shape().features();
    Nearest nearest =
        new Blocks(training.count())
            .pixels(spark, training)
            .map(
                block ->
                    Nearest.of(new Nearest.Block(0, queries), block.pixelRows(), values, 1, false))
            .reduce(Nearest::merge);
    return images(nearest, training);
  }

  /**
   * Finds the nearest image by features of each query.
   *
   * @param queries images in [-1, 1], row after row
   * @param among real images with their features
   * @param draw the source of these images
   * @return images [queries][values] in [-1, 1]
   */
  static float[][] byFeatures(
      float[] queries, TrainedExtractor extractor, JavaRDD<Blocks.Block> among, RealDraw draw) {
    float[] features = extractor.open().extract(queries).features();
    int width = extractor.features();
    Nearest nearest =
        among
            .map(
                block ->
                    Nearest.of(
                        new Nearest.Block(0, features), block.featureRows(), width, 1, false))
            .reduce(Nearest::merge);
    return images(nearest, draw);
  }

  private static float[][] images(Nearest nearest, RealDraw draw) {
    int[] order = draw.indices(0, draw.count());
    int[] indices = Arrays.stream(nearest.indices()).map(i -> order[i]).toArray();
    return Pixels.split(Pixels.toRows(draw.images().read(indices).pixels()), indices.length);
  }
}
