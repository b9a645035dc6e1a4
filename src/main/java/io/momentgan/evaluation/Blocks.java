package io.momentgan.evaluation;

import io.momentgan.data.Images;
import io.momentgan.extractor.Extractor;
import io.momentgan.extractor.TrainedExtractor;
import io.momentgan.quality.Nearest;
import io.momentgan.sampling.ImageDraw;
import io.momentgan.sampling.Pixels;
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
 * The blocks in which a number of images is measured: at least two of at most {@value #MOST}
 * images, whose sizes differ by at most one.
 *
 * @param images number of images
 */
record Blocks(int images) implements Serializable {
  /** The most images of a block. */
  static final int MOST = 1000;

  private static final int LEAST_BLOCKS = 2;

  /**
   * A block of images with their features; it stays on its worker.
   *
   * @param number number of the block
   * @param first index of its first image
   * @param pixels values in 0..255 (unsigned), image after image; never mutated
   * @param features feature vectors, row after row; never mutated
   * @param logProbabilities of the classes, row after row; never mutated
   * @param labels the class of each image, real or asked for; empty without classes; never mutated
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Block(
      int number,
      int first,
      byte[] pixels,
      float[] features,
      float[] logProbabilities,
      byte[] labels)
      implements Serializable {
    /** The features as rows to compare. */
    Nearest.Block featureRows() {
      return new Nearest.Block(first, features);
    }

    /** The images as rows to compare, in [-1, 1]. */
    Nearest.Block pixelRows() {
      return new Nearest.Block(first, Pixels.toRows(pixels));
    }
  }

  /** Number of blocks. */
  int count() {
    return Math.max(LEAST_BLOCKS, (images + MOST - 1) / MOST);
  }

  /** Index of a block's first image. */
  int first(int block) {
    return (int) ((long) images * block / count());
  }

  /** Number of blocks that hold the first {@code limit} images, or a few more. */
  int holding(int limit) {
    return Math.min(count(), Math.max(1, (int) (((long) limit * count() + images - 1) / images)));
  }

  /** Makes images and extracts their features on the workers, in the order of the blocks. */
  JavaRDD<Block> features(
      JavaSparkContext spark, ImageDraw draw, Broadcast<TrainedExtractor> extractor) {
    return numbers(spark).mapPartitions(some -> read(some, draw, extractor.value().open()));
  }

  /** Makes images without features on the workers. */
  JavaRDD<Block> pixels(JavaSparkContext spark, ImageDraw draw) {
    return numbers(spark).mapPartitions(some -> read(some, draw, null));
  }

  private JavaRDD<Integer> numbers(JavaSparkContext spark) {
    List<Integer> numbers = IntStream.range(0, count()).boxed().toList();
    int slices = Math.min(count(), Math.max(2, spark.defaultParallelism()));
    return spark.parallelize(numbers, slices);
  }

  /** Reads all blocks of a partition in one pass over the source: they are neighbours. */
  private Iterator<Block> read(Iterator<Integer> some, ImageDraw draw, Extractor extractor) {
    List<Integer> numbers = new ArrayList<>();
    some.forEachRemaining(numbers::add);
    if (numbers.isEmpty()) {
      return List.<Block>of().iterator();
    }
    int from = first(numbers.get(0));
    Images images = draw.draw(from, first(numbers.get(numbers.size() - 1) + 1));
    return numbers.stream()
        .map(n -> block(n, images, first(n) - from, first(n + 1) - from, extractor))
        .iterator();
  }

  private Block block(int n, Images images, int begin, int end, Extractor extractor) {
    int length = images.shape().features();
    byte[] pixels = Arrays.copyOfRange(images.pixels(), begin * length, end * length);
    byte[] labels = images.labels();
    byte[] some = labels.length == 0 ? labels : Arrays.copyOfRange(labels, begin, end);
    Extractor.Answers answers =
        extractor == null
            ? new Extractor.Answers(new float[0], new float[0])
            : extractor.extract(Pixels.toRows(pixels));
    return new Block(n, first(n), pixels, answers.features(), answers.logProbabilities(), some);
  }
}
