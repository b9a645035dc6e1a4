package io.momentgan.evaluation;

import io.momentgan.extractor.TrainedExtractor;
import io.momentgan.moments.Moments;
import io.momentgan.quality.Bins;
import io.momentgan.quality.ClassStatistics;
import io.momentgan.quality.FeatureStatistics;
import io.momentgan.sampling.Pixels;
import io.momentgan.sampling.RealDraw;
import java.io.Serializable;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Statistics of all training images of a data set, against which generated images are measured.
 *
 * @param features of their features
 * @param moments of their pixels in [-1, 1]
 * @param classes of the classes that the extractor sees in them
 * @param bins bins of similar images
 * @param binCounts training images per bin; never mutated
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record Reference(
    FeatureStatistics features,
    Moments moments,
    ClassStatistics classes,
    Bins bins,
    long[] binCounts)
    implements Serializable {
  private static final int MOST_BINS = 100;
  private static final int IMAGES_PER_BIN = 50;
  private static final int CLUSTERED_IMAGES = 20_000;
  private static final int CLUSTER_STEPS = 15;

  /** Sums up all training images on the workers. */
  static Reference of(
      JavaSparkContext spark, RealDraw training, Broadcast<TrainedExtractor> extractor) {
    Bins bins = bins(spark, training);
    int dimension = extractor.value().features();
    int classes = extractor.value().classes();
    SetStatistics all =
        new Blocks(training.count())
                .features(spark, training, extractor)
                .map(block -> SetStatistics.of(block, dimension, classes, bins))
                .collect()
                .stream()
                .reduce(SetStatistics::merge)
                .orElseThrow();
    return new Reference(all.features(), all.moments(), all.classes(), bins, all.binCounts());
  }

  // Lloyd's algorithm, begun at random images, over all workers: the clusterer of commons-math3
  // needs all images in one process and would choose other centres.
  private static Bins bins(JavaSparkContext spark, RealDraw training) {
    int count = Math.max(2, Math.min(MOST_BINS, training.count() / IMAGES_PER_BIN));
    int values = training.images().shape().features();
    JavaRDD<Blocks.Block> blocks =
        new Blocks(Math.min(CLUSTERED_IMAGES, training.count())).pixels(spark, training).cache();
    Bins bins = new Bins(Pixels.toRows(training.draw(0, count).pixels()), values);
    for (int step = 0; step < CLUSTER_STEPS; step++) {
      Bins before = bins;
      bins =
          before.moved(
              blocks.map(block -> before.sums(Pixels.toRows(block.pixels()))).collect().stream()
                  .reduce(Bins.Sums::merge)
                  .orElseThrow());
    }
    blocks.unpersist();
    return bins;
  }
}
