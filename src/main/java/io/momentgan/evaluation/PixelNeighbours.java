package io.momentgan.evaluation;

import io.momentgan.quality.NearDuplicates;
import io.momentgan.quality.Nearest;
import io.momentgan.sampling.RealDraw;
import java.util.List;
import org.apache.commons.lang3.ArrayUtils;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

/** Nearest images in pixel space: shows copies of training images, and of each other. */
final class PixelNeighbours implements AutoCloseable {
  /** Number of images whose neighbours are searched. */
  static final int QUERIES = 2000;

  private static final int CANDIDATES = 10_000;

  private final int values;
  private final int candidates;
  private final JavaRDD<Blocks.Block> training;
  private final JavaRDD<Blocks.Block> heldOut;
  private NearDuplicates nearDuplicates;

  /**
   * Searches among equally many training and held-out images, so that neither has better odds.
   *
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
   * Measures a set.
   *
   * @param blocks the set
   * @param layout its blocks
   * @param isHeldOut whether the set is the held-out images, in their order
   */
  Shares measure(JavaRDD<Blocks.Block> blocks, Blocks layout, boolean isHeldOut) {
    JavaRDD<Blocks.Block> queries = first(blocks, layout, QUERIES);
    List<Tuple2<Long, Long>> nearer =
        nearest(queries, training, false)
            .join(nearest(queries, heldOut, isHeldOut))
            .map(pair -> nearer(pair._2()._1().squaredNearest(), pair._2()._2().squaredNearest()))
            .collect();
    double memorised = nearer.stream().mapToLong(Tuple2::_1).sum();
    double rows = nearer.stream().mapToLong(Tuple2::_2).sum();
    float[] toEachOther = toEachOther(queries);
    int duplicates = nearDuplicates(toEachOther.length).count(toEachOther);
    return new Shares(memorised / rows, (double) duplicates / toEachOther.length);
  }

  /** Takes the bound from as many real images, once. */
  private NearDuplicates nearDuplicates(int images) {
    if (nearDuplicates == null) {
      int compared = Math.min(images, candidates);
      nearDuplicates =
          NearDuplicates.amongReal(toEachOther(first(training, new Blocks(candidates), compared)));
    }
    return nearDuplicates;
  }

  private float[] toEachOther(JavaRDD<Blocks.Block> blocks) {
    List<float[]> parts =
        nearest(blocks, blocks, true).values().map(Nearest::squaredNearest).collect();
    return parts.stream().reduce(new float[0], ArrayUtils::addAll);
  }

  private static JavaRDD<Blocks.Block> first(
      JavaRDD<Blocks.Block> blocks, Blocks layout, int images) {
    int most = layout.holding(images);
    return blocks.filter(block -> block.number() < most);
  }

  private JavaPairRDD<Integer, Nearest> nearest(
      JavaRDD<Blocks.Block> queries, JavaRDD<Blocks.Block> among, boolean same) {
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
    training.unpersist(true);
    heldOut.unpersist(true);
  }
}
