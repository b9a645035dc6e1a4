package io.momentgan.evaluation;

import io.momentgan.data.ImageSource;
import io.momentgan.extractor.TrainedExtractor;
import io.momentgan.quality.Nearest;
import io.momentgan.sampling.RealDraw;
import java.util.Arrays;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Some images beside the training images that are most like them, for the eye to judge whether they
 * are copies.
 */
final class TrainingNeighbours {
  /** Number of images shown. */
  static final int SHOWN = 12;

  private TrainingNeighbours() {}

  /**
   * The nearest image by pixels of each query.
   *
   * @param spark the context
   * @param queries images in [-1, 1], row after row
   * @param training all training images
   * @return images [queries][values] in [-1, 1]
   */
  static float[][] byPixels(JavaSparkContext spark, float[] queries, ImageSource training) {
    RealDraw draw = new RealDraw(training, Evaluator.SEED);
    int values = training.shape().features();
    Nearest nearest =
        new Blocks(training.count())
            .pixels(spark, draw)
            .map(
                block ->
                    Nearest.of(new Nearest.Block(0, queries), block.pixelRows(), values, 1, false))
            .reduce(Nearest::merge);
    return images(nearest, draw);
  }

  /**
   * The nearest image by features of each query.
   *
   * @param queries images in [-1, 1], row after row
   * @param extractor the extractor
   * @param among real images with their features
   * @param draw where these come from
   * @return images [queries][values] in [-1, 1]
   */
  static float[][] byFeatures(
      float[] queries, TrainedExtractor extractor, JavaRDD<FeatureBlock> among, RealDraw draw) {
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
    return rows(Pixels.toRows(draw.images().read(indices).pixels()), indices.length);
  }

  /** Splits rows that lie one after another. */
  static float[][] rows(float[] all, int count) {
    int length = all.length / count;
    float[][] rows = new float[count][];
    for (int i = 0; i < count; i++) {
      rows[i] = Arrays.copyOfRange(all, i * length, (i + 1) * length);
    }
    return rows;
  }
}
