package io.momentgan.evaluation;

import io.momentgan.quality.Manifold;
import io.momentgan.quality.Nearest;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import scala.Tuple2;

/**
 * Features and the balls around them, spread over the workers.
 *
 * @param balls by number of the block
 * @param dimension values of a feature vector
 */
record FeatureBalls(JavaPairRDD<Integer, Manifold.Balls> balls, int dimension)
    implements AutoCloseable {
  /** Neighbours that the balls reach to. */
  static final int NEIGHBOURS = 3;

  /** Counts over the pairs of blocks, see {@link Manifold.Hits}. */
  private enum Count {
    REAL_BALLS_AROUND,
    GENERATED_IN_BALL,
    GENERATED_BALLS_AROUND
  }

  /** Finds each feature vector's neighbours of its own kind. */
  static FeatureBalls of(JavaRDD<Blocks.Block> blocks, int dimension) {
    JavaPairRDD<Integer, Nearest> nearest =
        blocks
            .cartesian(blocks)
            .mapToPair(
                pair ->
                    new Tuple2<>(
                        pair._1().number(),
                        Nearest.of(
                            pair._1().featureRows(),
                            pair._2().featureRows(),
                            dimension,
                            NEIGHBOURS,
                            true)))
            .reduceByKey(Nearest::merge);
    JavaPairRDD<Integer, Manifold.Balls> balls =
        blocks
            .mapToPair(block -> new Tuple2<>(block.number(), block.features()))
            .join(nearest)
            .mapValues(both -> new Manifold.Balls(both._1(), both._2().squaredRadii()))
            .cache();
    return new FeatureBalls(balls, dimension);
  }

  /** Counts how real features (these) and generated ones lie in each other's balls. */
  Manifold against(FeatureBalls generated) {
    int width = dimension;
    Map<Count, Manifold.Tally> tallies =
        balls
            .cartesian(generated.balls)
            .flatMapToPair(
                pair ->
                    counts(
                            pair._1()._1(),
                            pair._2()._1(),
                            Manifold.hits(pair._1()._2(), pair._2()._2(), width))
                        .iterator())
            .reduceByKey(FeatureBalls::sum)
            .mapToPair(row -> new Tuple2<>(row._1()._1(), Manifold.Tally.of(row._2())))
            .reduceByKey(Manifold.Tally::merge)
            .collectAsMap();
    return Manifold.of(
        tallies.get(Count.REAL_BALLS_AROUND),
        tallies.get(Count.GENERATED_IN_BALL),
        tallies.get(Count.GENERATED_BALLS_AROUND),
        NEIGHBOURS);
  }

  private static List<Tuple2<Tuple2<Count, Integer>, int[]>> counts(
      int real, int generated, Manifold.Hits hits) {
    return Stream.of(
            count(Count.REAL_BALLS_AROUND, generated, hits.realBallsAround()),
            count(Count.GENERATED_IN_BALL, real, hits.generatedInBall()),
            count(Count.GENERATED_BALLS_AROUND, real, hits.generatedBallsAround()))
        .toList();
  }

  private static Tuple2<Tuple2<Count, Integer>, int[]> count(Count what, int block, int[] counts) {
    return new Tuple2<>(new Tuple2<>(what, block), counts);
  }

  private static int[] sum(int[] a, int[] b) {
    int[] sums = a.clone();
    for (int i = 0; i < sums.length; i++) {
      sums[i] += b[i];
    }
    return sums;
  }

  @Override
  public void close() {
    balls.unpersist(true);
  }
}
