package io.momentgan.evaluation;

import io.momentgan.quality.Nearest;
import io.momentgan.sampling.RealDraw;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

/**
 * The nearest images in pixel space: whether generated images are copies of training images, or of
 * each other.
 */
final class PixelNeighbours implements AutoCloseable {
  /** Images whose neighbours are looked for. */
  static final int QUERIES = 2000;

  private static final int CANDIDATES = 10_000;
  private static final double DUPLICATE_QUANTILE = 0.01;

  private final int values;
  private final int candidates;
  private final JavaRDD<FeatureBlock> training;
  private final JavaRDD<FeatureBlock> heldOut;
  private Double duplicateBound;

  /**
   * Neighbours among as many training images as held-out ones, so that neither has the better odds.
   *
   * @param spark the context
   * @param training the images that the generator was trained on
   * @param heldOut images that nothing was trained on
   */
  PixelNeighbours(JavaSparkContext spark, RealDraw training, RealDraw heldOut) {
    this.values = training.images().shape().features();
    this.candidates = Math.min(CANDIDATES, Math.min(training.count(), heldOut.count()));
    this.training = new Blocks(candidates).pixels(spark, training).cache();
    this.heldOut = new Blocks(candidates).pixels(spark, heldOut).cache();
  }

  /**
   * Shares of a set.
   *
   * @param memorised nearer to a training image than to any held-out one
   * @param nearDuplicates nearer to another of the set than 99 % of real images are to theirs
   */
  record Shares(double memorised, double nearDuplicates) {}

  /**
   * Looks for the neighbours of a set.
   *
   * @param blocks the set
   * @param layout its blocks
   * @param isHeldOut whether the set is the held-out images, in their order
   */
  Shares measure(JavaRDD<FeatureBlock> blocks, Blocks layout, boolean isHeldOut) {
    JavaRDD<FeatureBlock> queries = first(blocks, layout, QUERIES);
    List<Tuple2<Long, Long>> nearer =
        nearest(queries, training, false)
            .join(nearest(queries, heldOut, isHeldOut))
            .map(pair -> nearer(pair._2()._1().squaredNearest(), pair._2()._2().squaredNearest()))
            .collect();
    double memorised = nearer.stream().mapToLong(Tuple2::_1).sum();
    double rows = nearer.stream().mapToLong(Tuple2::_2).sum();
    return new Shares(memorised / rows, nearDuplicates(queries));
  }

  private double nearDuplicates(JavaRDD<FeatureBlock> queries) {
    float[] distances = toEachOther(queries);
    double bound = duplicateBound(Math.min(distances.length, candidates));
    int near = 0;
    for (float distance : distances) {
      near += distance < bound ? 1 : 0;
    }
    return (double) near / distances.length;
  }

  /** Squared distance that one real image in a hundred has to its nearest in a set of this size. */
  private double duplicateBound(int images) {
    if (duplicateBound == null) {
      float[] distances = toEachOther(first(training, new Blocks(candidates), images));
      Arrays.sort(distances);
      duplicateBound = (double) distances[(int) (DUPLICATE_QUANTILE * distances.length)];
    }
    return duplicateBound;
  }

  private float[] toEachOther(JavaRDD<FeatureBlock> blocks) {
    List<float[]> parts =
        nearest(blocks, blocks, true).values().map(Nearest::squaredNearest).collect();
    int length = parts.stream().mapToInt(part -> part.length).sum();
    float[] all = new float[length];
    int at = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, all, at, part.length);
      at += part.length;
    }
    return all;
  }

  private static JavaRDD<FeatureBlock> first(
      JavaRDD<FeatureBlock> blocks, Blocks layout, int images) {
    int most = layout.holding(images);
    return blocks.filter(block -> block.number() < most);
  }

  private JavaPairRDD<Integer, Nearest> nearest(
      JavaRDD<FeatureBlock> queries, JavaRDD<FeatureBlock> among, boolean same) {
    int length = values;
    return queries
        .cartesian(among)
        .mapToPair(
            pair ->
                new Tuple2<>(
                    pair._1().number(),
                    Nearest.of(pair._1().pixelRows(), pair._2().pixelRows(), length, 1, same)))
        .reduceByKey(Nearest::merge);
  }

  private static Tuple2<Long, Long> nearer(float[] toTraining, float[] toHeldOut) {
    long count = 0;
    for (int i = 0; i < toTraining.length; i++) {
      count += toTraining[i] < toHeldOut[i] ? 1 : 0;
    }
    return new Tuple2<>(count, (long) toTraining.length);
  }

  @Override
  public void close() {
    training.unpersist();
    heldOut.unpersist();
  }
}
