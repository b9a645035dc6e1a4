package io.momentgan.evaluation;

import io.momentgan.extractor.TrainedExtractor;
import io.momentgan.moments.MomentDistance;
import io.momentgan.quality.Bins;
import io.momentgan.quality.ClassStatistics;
import io.momentgan.quality.FeatureStatistics;
import io.momentgan.quality.FrechetDistance;
import io.momentgan.quality.KernelDistance;
import io.momentgan.quality.Manifold;
import io.momentgan.sampling.ImageDraw;
import io.momentgan.sampling.RealDraw;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import scala.Tuple2;

/**
 * Measures sets of images against the real ones as Spark jobs. Blocks of images stay on the
 * workers; sums, counts and distances come back.
 *
 * <p>The cost is linear in the number of images: neighbours are searched among a bounded number.
 */
final class QualityJob implements AutoCloseable {
  /** Number of images for precision, recall, density and coverage. */
  static final int MANIFOLD_IMAGES = 5000;

  private static final int REFERENCE_IMAGES = 10_000;

  private final JavaSparkContext spark;
  private final Broadcast<TrainedExtractor> extractor;
  private final Reference reference;
  private final FrechetDistance distance;
  private final Blocks layout;
  private final JavaRDD<Blocks.Block> real;
  private final FeatureBalls realBalls;
  private final PixelNeighbours neighbours;

  /**
   * Prepares the measuring of sets of a size.
   *
   * @param reference statistics of all training images
   * @param training all training images
   * @param neighbours the images whose pixels are compared
   * @param samples images per set
   */
  QualityJob(
      JavaSparkContext spark,
      Broadcast<TrainedExtractor> extractor,
      Reference reference,
      RealDraw training,
      PixelNeighbours neighbours,
      int samples) {
    this.spark = spark;
    this.extractor = extractor;
    this.reference = reference;
    this.distance = new FrechetDistance(reference.features());
    this.layout = new Blocks(samples);
    this.neighbours = neighbours;
    int compared = Math.min(samples, Math.min(REFERENCE_IMAGES, training.count()));
    this.real = new Blocks(compared).features(spark, training, extractor).cache();
    this.realBalls = FeatureBalls.of(limited(real, compared), dimension());
  }

  private int dimension() {
    return extractor.value().features();
  }

  private static JavaRDD<Blocks.Block> limited(JavaRDD<Blocks.Block> blocks, int images) {
    int most = new Blocks(images).holding(MANIFOLD_IMAGES);
    return blocks.filter(block -> block.number() < most);
  }

  /**
   * Measures a set.
   *
   * @param draw the images
   * @param heldOut whether they are the held-out images themselves, which are no neighbours of
   *     themselves
   */
  Quality measure(ImageDraw draw, boolean heldOut) {
    spark.setJobDescription("measure %d images".formatted(layout.images()));
    JavaRDD<Blocks.Block> blocks = layout.features(spark, draw, extractor).cache();
    try {
      List<SetStatistics> parts = statistics(blocks);
      KernelDistance.Estimate kernel = kernel(blocks);
      FeatureBalls balls = FeatureBalls.of(limited(blocks, layout.images()), dimension());
      Manifold manifold = realBalls.against(balls);
      balls.close();
      return quality(parts, kernel, manifold, neighbours.measure(blocks, layout, heldOut));
    } finally {
      blocks.unpersist();
    }
  }

  private List<SetStatistics> statistics(JavaRDD<Blocks.Block> blocks) {
    int dimension = dimension();
    int classes = extractor.value().classes();
    Bins bins = reference.bins();
    return blocks.map(block -> SetStatistics.of(block, dimension, classes, bins)).collect();
  }

  /** Compares each block with one of the real ones. */
  private KernelDistance.Estimate kernel(JavaRDD<Blocks.Block> blocks) {
    int dimension = dimension();
    double trace = reference.features().trace();
    int reals = (int) real.count();
    JavaPairRDD<Integer, float[]> realRows =
        real.mapToPair(block -> new Tuple2<>(block.number(), block.features()));
    List<Tuple2<Integer, Double>> distances =
        blocks
            .mapToPair(
                block ->
                    new Tuple2<>(
                        block.number() % reals, new Tuple2<>(block.number(), block.features())))
            .join(realRows)
            .map(
                pair ->
                    new Tuple2<>(
                        pair._2()._1()._1(),
                        KernelDistance.between(
                            pair._2()._2(), pair._2()._1()._2(), dimension, trace)))
            .collect();
    double[] inOrder = new double[distances.size()];
    distances.forEach(each -> inOrder[each._1()] = each._2());
    return KernelDistance.estimate(inOrder);
  }

  private Quality quality(
      List<SetStatistics> parts,
      KernelDistance.Estimate kernel,
      Manifold manifold,
      PixelNeighbours.Shares shares) {
    SetStatistics all = parts.stream().reduce(SetStatistics::merge).orElseThrow();
    List<FeatureStatistics> features = parts.stream().map(SetStatistics::features).toList();
    double[] realShares = reference.classes().shares();
    MomentDistance moments = MomentDistance.between(all.moments(), reference.moments());
    double fd = distance.to(all.features());
    boolean named = extractor.value().namesClasses();
    ClassStatistics seen = all.classes();
    return new Quality(
        layout.images(),
        fd,
        fd / reference.features().trace(),
        distance.atInfinity(features),
        kernel.mean(),
        kernel.standardError(),
        manifold.precision(),
        manifold.recall(),
        manifold.density(),
        manifold.coverage(),
        named ? seen.classifierScore() : Double.NaN,
        named ? seen.modeScore(realShares) : Double.NaN,
        named ? seen.confidentShare() : Double.NaN,
        named ? Integer.valueOf(seen.missing(realShares)) : null,
        named ? seen.totalVariation(realShares) : Double.NaN,
        named ? seen.accuracy() : Double.NaN,
        Bins.differentCount(all.binCounts(), reference.binCounts()),
        reference.bins().count(),
        shares.memorised(),
        all.pairDistance() / all.pairs(),
        shares.nearDuplicates(),
        moments.mean(),
        moments.variance(),
        named ? Arrays.stream(seen.shares()).boxed().toList() : List.of());
  }

  /** The real images among which neighbours in feature space are searched. */
  JavaRDD<Blocks.Block> realBlocks() {
    return real;
  }

  @Override
  public void close() {
    realBalls.close();
    real.unpersist(true);
  }
}
