package io.momentgan.evaluation;

import io.momentgan.data.Images;
import io.momentgan.extractor.Extractor;
import io.momentgan.extractor.TrainedExtractor;
import io.momentgan.sampling.ImageDraw;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * How many images are measured, and in what blocks: at least two of at most {@value #MOST} images,
 * whose sizes differ by at most one.
 *
 * @param images number of images
 */
record Blocks(int images) implements Serializable {
  /** The most images of a block. */
  static final int MOST = 1000;

  private static final int LEAST_BLOCKS = 2;

  /** Number of blocks. */
  int count() {
    return Math.max(LEAST_BLOCKS, (images + MOST - 1) / MOST);
  }

  /** Index of a block's first image. */
  int first(int block) {
    return (int) ((long) images * block / count());
  }

  /** Number of the blocks that hold the first {@code limit} images, or a little more. */
  int holding(int limit) {
    return Math.min(count(), Math.max(1, (int) (((long) limit * count() + images - 1) / images)));
  }

  /**
   * Makes images and extracts their features, on the workers.
   *
   * @param spark the context
   * @param draw the images
   * @param extractor the extractor
   * @return the blocks, in the order of their numbers
   */
  JavaRDD<FeatureBlock> features(
      JavaSparkContext spark, ImageDraw draw, Broadcast<TrainedExtractor> extractor) {
    return numbers(spark).mapPartitions(some -> read(some, draw, extractor.value().open()));
  }

  /** Images without features. */
  JavaRDD<FeatureBlock> pixels(JavaSparkContext spark, ImageDraw draw) {
    return numbers(spark).mapPartitions(some -> read(some, draw, null));
  }

  private JavaRDD<Integer> numbers(JavaSparkContext spark) {
    List<Integer> numbers = IntStream.range(0, count()).boxed().toList();
    int slices = Math.min(count(), Math.max(2, spark.defaultParallelism()));
    return spark.parallelize(numbers, slices);
  }

  /** One pass over the source for all blocks of a partition: they are neighbours. */
  private Iterator<FeatureBlock> read(Iterator<Integer> some, ImageDraw draw, Extractor extractor) {
    List<Integer> numbers = new ArrayList<>();
    some.forEachRemaining(numbers::add);
    if (numbers.isEmpty()) {
      return List.<FeatureBlock>of().iterator();
    }
    int from = first(numbers.get(0));
    int to = first(numbers.get(numbers.size() - 1) + 1);
    Images images = draw.draw(from, to);
    return numbers.stream()
        .map(n -> block(n, images, first(n) - from, first(n + 1) - from, extractor))
        .iterator();
  }

  private FeatureBlock block(int n, Images images, int begin, int end, Extractor extractor) {
    int length = images.shape().features();
    byte[] pixels = Arrays.copyOfRange(images.pixels(), begin * length, end * length);
    byte[] labels = images.labels();
    byte[] some = labels.length == 0 ? labels : Arrays.copyOfRange(labels, begin, end);
    if (extractor == null) {
      return new FeatureBlock(n, first(n), pixels, new float[0], new float[0], some);
    }
    Extractor.Answers answers = extractor.extract(Pixels.toRows(pixels));
    return new FeatureBlock(
        n, first(n), pixels, answers.features(), answers.logProbabilities(), some);
  }
}
