package io.momentgan.evaluation;

import io.momentgan.extractor.TrainedExtractor;
import io.momentgan.quality.Bins;
import io.momentgan.sampling.RealDraw;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/** Sums up all training images of a data set, on the workers. */
final class ReferenceJob {
  private static final int MOST_BINS = 100;
  private static final int IMAGES_PER_BIN = 50;
  private static final int CLUSTERED_IMAGES = 20_000;
  private static final int CLUSTER_STEPS = 15;

  private final JavaSparkContext spark;
  private final RealDraw training;
  private final Broadcast<TrainedExtractor> extractor;

  ReferenceJob(JavaSparkContext spark, RealDraw training, Broadcast<TrainedExtractor> extractor) {
    this.spark = spark;
    this.training = training;
    this.extractor = extractor;
  }

  Reference run() {
    Bins bins = bins();
    int dimension = extractor.value().features();
    int classes = extractor.value().classes();
    List<SetStatistics> parts =
        new Blocks(training.count())
            .features(spark, training, extractor)
            .map(block -> SetStatistics.of(block, dimension, classes, bins))
            .collect();
    SetStatistics all = parts.stream().reduce(SetStatistics::merge).orElseThrow();
    return new Reference(all.features(), all.moments(), all.classes(), bins, all.binCounts());
  }

  /** Centres of similar images by Lloyd's algorithm, begun at random images. */
  private Bins bins() {
    int count = Math.max(2, Math.min(MOST_BINS, training.count() / IMAGES_PER_BIN));
    int values = training.images().shape().features();
    JavaRDD<FeatureBlock> blocks =
        new Blocks(Math.min(CLUSTERED_IMAGES, training.count())).pixels(spark, training).cache();
    Bins bins = new Bins(Pixels.toRows(training.draw(0, count).pixels()), values);
    for (int step = 0; step < CLUSTER_STEPS; step++) {
      bins = bins.moved(sums(blocks, bins));
    }
    blocks.unpersist();
    return bins;
  }

  private static Bins.Sums sums(JavaRDD<FeatureBlock> blocks, Bins bins) {
    return blocks.map(block -> bins.sums(Pixels.toRows(block.pixels()))).collect().stream()
        .reduce(Bins.Sums::merge)
        .orElseThrow(() -> new IllegalStateException(Arrays.toString(bins.centres())));
  }
}
