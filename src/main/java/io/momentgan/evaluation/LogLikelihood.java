package io.momentgan.evaluation;

import io.momentgan.quality.ParzenWindow;
import io.momentgan.sampling.ImageDraw;
import io.momentgan.sampling.RealDraw;
import java.io.Serializable;
import java.util.Comparator;
import java.util.List;
import java.util.stream.DoubleStream;
import org.apache.commons.lang3.ArrayUtils;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * The mean log-likelihood of test images under a Gaussian Parzen window on generated images, with
 * pixels in [0, 1] (Goodfellow et al. 2014, arXiv 1406.2661, section 5).
 *
 * @param nats mean over the test images
 * @param standardError deviation over the test images, divided by the root of their number
 * @param sigma width of the window: of ten from 0.1 to 1, the one under which the validation images
 *     have the largest mean
 * @param samples number of generated images
 * @param tested number of test images
 */
public record LogLikelihood(
    double nats, double standardError, double sigma, int samples, int tested) {
  private static final int VALIDATION_IMAGES = 1000;
  private static final int TEST_IMAGES = 10_000;

  /**
   * Estimates it as Spark jobs. Its bits do not depend on the number of workers.
   *
   * @param spark the context
   * @param generated images of the generator
   * @param samples how many of them
   * @param validation images that choose the width; 1000 at most
   * @param test images to measure with; 10 000 at most
   */
  public static LogLikelihood of(
      JavaSparkContext spark,
      ImageDraw generated,
      int samples,
      RealDraw validation,
      RealDraw test) {
    spark.setJobDescription("put a Parzen window on %d images".formatted(samples));
    JavaRDD<Blocks.Block> kernels = new Blocks(samples).pixels(spark, generated).cache();
    try {
      Window window = new Window(spark, kernels, samples, test.images().shape().features());
      double[] sigmas = ParzenWindow.sigmas();
      double[][] tuned = window.logDensities(validation, VALIDATION_IMAGES, sigmas);
      int best = 0;
      for (int k = 1; k < sigmas.length; k++) {
        best = statistics(tuned[k]).getMean() > statistics(tuned[best]).getMean() ? k : best;
      }
      double[] chosen = {sigmas[best]};
      SummaryStatistics found = statistics(window.logDensities(test, TEST_IMAGES, chosen)[0]);
      return new LogLikelihood(
          found.getMean(),
          Math.sqrt(found.getPopulationVariance() / found.getN()),
          chosen[0],
          samples,
          (int) found.getN());
    } finally {
      // Waits: Spark prints a stack trace when a context closes while it still removes blocks.
      kernels.unpersist(true);
    }
  }

  private static SummaryStatistics statistics(double[] values) {
    SummaryStatistics statistics = new SummaryStatistics();
    DoubleStream.of(values).forEach(statistics::addValue);
    return statistics;
  }

  /**
   * Kernels of some images at samples of one block.
   *
   * @param images number of the images' block
   * @param samples number of the samples' block
   * @param logSums of each image, for each width; never mutated
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Part(int images, int samples, double[][] logSums) implements Serializable {}

  /** The samples with their number and the values of each. */
  private record Window(
      JavaSparkContext spark, JavaRDD<Blocks.Block> kernels, int samples, int dimension) {
    /** Takes log p of some images: for each width, of each image. */
    double[][] logDensities(RealDraw images, int most, double[] sigmas) {
      Blocks layout = new Blocks(Math.min(most, images.count()));
      JavaRDD<Blocks.Block> asked = layout.pixels(spark, images).cache();
      int values = dimension;
      List<Part> parts =
          asked
              .cartesian(kernels)
              .map(
                  pair ->
                      new Part(
                          pair._1().number(),
                          pair._2().number(),
                          ParzenWindow.logSums(
                              pair._1().pixels(), pair._2().pixels(), values, sigmas)))
              .collect();
      asked.unpersist(true);
      double[][] logs = new double[sigmas.length][];
      for (int k = 0; k < sigmas.length; k++) {
        logs[k] =
            ParzenWindow.logDensities(inOrder(parts, k, layout), samples, dimension, sigmas[k]);
      }
      return logs;
    }

    // In the order of the blocks, so that sums round alike wherever the blocks were.
    private static double[] inOrder(List<Part> parts, int k, Blocks layout) {
      double[][] merged = new double[layout.count()][];
      parts.stream()
          .sorted(Comparator.comparingInt(Part::samples))
          .forEach(
              part -> {
                double[] own = part.logSums()[k];
                double[] before = merged[part.images()];
                merged[part.images()] = before == null ? own : ParzenWindow.merge(before, own);
              });
      return List.of(merged).stream().reduce(new double[0], ArrayUtils::addAll);
    }
  }
}
