package io.momentgan.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.SparkTests;
import io.momentgan.data.ImageShape;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import io.momentgan.quality.ParzenWindow;
import io.momentgan.sampling.RealDraw;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.StatUtils;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The Parzen window against a density in closed form, and against two plain loops. */
class LogLikelihoodTest {
  private static JavaSparkContext spark;

  @BeforeAll
  static void open() {
    spark = SparkTests.local(2);
  }

  @AfterAll
  static void close() {
    spark.close();
  }

  /**
   * Images of independent Gaussian pixels around a half, rounded to bytes.
   *
   * @param side of the square
   * @param deviation of a pixel, of 1
   * @param seed of the draw
   * @param count number of images
   */
  private record Gaussian(int side, double deviation, long seed, int count) implements ImageSource {
    @Override
    public ImageShape shape() {
      return new ImageShape(1, side, side);
    }

    @Override
    public Images read(int[] indices) {
      int features = side * side;
      byte[] pixels = new byte[indices.length * features];
      for (int i = 0; i < indices.length; i++) {
        Random random = new Random(seed * 1_000_003 + indices[i]);
        for (int j = 0; j < features; j++) {
          double value = 0.5 + deviation * random.nextGaussian();
          pixels[i * features + j] = (byte) Math.max(0, Math.min(255, Math.round(255 * value)));
        }
      }
      return new Images(shape(), pixels, new byte[0]);
    }

    RealDraw draw() {
      return new RealDraw(this, 1);
    }
  }

  private static LogLikelihood estimate(int side, double deviation, int samples, int tested) {
    return LogLikelihood.of(
        spark,
        new Gaussian(side, deviation, 1, samples).draw(),
        samples,
        new Gaussian(side, deviation, 2, Math.min(1000, tested)).draw(),
        new Gaussian(side, deviation, 3, tested).draw());
  }

  /** Kernels of width h on samples of N(m, s^2 I) are N(m, (s^2 + h^2) I) on average. */
  @Test
  void aGaussianHasItsDensity() {
    double s = 0.1;
    int pixels = 16;
    LogLikelihood found = estimate(4, s, 4000, 4000);
    double h = found.sigma();
    double variance = s * s + h * h;
    double exact = -pixels / 2.0 * (Math.log(2 * Math.PI * variance) + s * s / variance);
    assertThat(found.nats()).isCloseTo(exact, within(0.01 * Math.abs(exact)));
    // A squared distance has variance 2 d s^4: log p varies by sqrt(d / 2) s^2 / (s^2 + h^2).
    double error = Math.sqrt(pixels / 2.0) * s * s / variance / Math.sqrt(4000);
    assertThat(found.standardError()).isCloseTo(error, within(0.1 * error));
    assertThat(found.tested()).isEqualTo(4000);
  }

  @Test
  void twoPlainLoopsGiveTheSame() {
    Gaussian samples = new Gaussian(6, 0.2, 1, 37);
    Gaussian tested = new Gaussian(6, 0.3, 3, 23);
    LogLikelihood found =
        LogLikelihood.of(
            spark, samples.draw(), 37, new Gaussian(6, 0.3, 2, 11).draw(), tested.draw());
    double[] each = loops(all(tested), all(samples), 36, found.sigma());
    assertThat(found.nats()).isCloseTo(StatUtils.mean(each), within(1e-9));
    assertThat(found.standardError())
        .isCloseTo(Math.sqrt(StatUtils.populationVariance(each) / 23), within(1e-9));
    double best = Double.NEGATIVE_INFINITY;
    double bestSigma = 0;
    for (double sigma : ParzenWindow.sigmas()) {
      double mean =
          StatUtils.mean(loops(all(new Gaussian(6, 0.3, 2, 11)), all(samples), 36, sigma));
      bestSigma = mean > best ? sigma : bestSigma;
      best = Math.max(mean, best);
    }
    assertThat(found.sigma()).isEqualTo(bestSigma).isBetween(0.11, 0.99);
  }

  private static byte[] all(Gaussian images) {
    return images.read(IntStream.range(0, images.count()).toArray()).pixels();
  }

  private static double[] loops(byte[] images, byte[] samples, int dimension, double sigma) {
    int n = samples.length / dimension;
    double[] logs = new double[images.length / dimension];
    for (int i = 0; i < logs.length; i++) {
      double sum = 0;
      for (int j = 0; j < n; j++) {
        double density = 1;
        for (int k = 0; k < dimension; k++) {
          double x = (images[i * dimension + k] & 0xFF) / 255.0;
          double y = (samples[j * dimension + k] & 0xFF) / 255.0;
          density *=
              Math.exp(-(x - y) * (x - y) / (2 * sigma * sigma)) / (sigma * Math.sqrt(2 * Math.PI));
        }
        sum += density;
      }
      logs[i] = Math.log(sum / n);
    }
    return logs;
  }

  /** Kernels far from an image vanish in exp: the logarithm does not. */
  @Test
  void farImagesHaveAFiniteDensity() {
    byte[] black = new byte[28 * 28];
    byte[] white = new byte[28 * 28];
    Arrays.fill(white, (byte) 255);
    double[] sums = ParzenWindow.logSums(black, white, 28 * 28, new double[] {0.1})[0];
    assertThat(sums[0]).isCloseTo(-784 / 0.02, within(1e-9));
    assertThat(ParzenWindow.merge(sums, sums)[0]).isEqualTo(sums[0] + Math.log(2));
  }

  @Test
  void theSigmasAreThoseOfNumpy() {
    assertThat(ParzenWindow.sigmas()).hasSize(10).startsWith(0.1).endsWith(1);
    assertThat(ParzenWindow.sigmas()[4]).isCloseTo(0.2782559402207124, within(1e-15));
  }

  @Tag("long")
  @Test
  void theBitsDoNotDependOnTheNumberOfWorkers() {
    LogLikelihood two = estimate(3, 0.2, 2500, 1700);
    spark.close();
    spark = SparkTests.local(5);
    assertThat(estimate(3, 0.2, 2500, 1700)).isEqualTo(two);
  }
}
