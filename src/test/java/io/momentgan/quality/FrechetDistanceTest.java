package io.momentgan.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.QRDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.junit.jupiter.api.Test;

class FrechetDistanceTest {
  @Property(tries = 20)
  void isZeroFromASetToItself(@ForAll long seed, @ForAll @IntRange(min = 1, max = 12) int d) {
    FeatureStatistics set = FeatureStatistics.of(rows(seed, 50, d, 1, 0), d);
    assertThat(new FrechetDistance(set).to(set)).isCloseTo(0, within(1e-9 * (1 + set.trace())));
  }

  /** The rank of 5 vectors is at most 4. */
  @Property(tries = 20)
  void needsNoCovarianceOfFullRank(@ForAll long seed) {
    FeatureStatistics set = FeatureStatistics.of(rows(seed, 5, 12, 1, 0), 12);
    FeatureStatistics other = FeatureStatistics.of(rows(seed + 1, 5, 12, 1, 0), 12);
    assertThat(new FrechetDistance(set).to(set)).isCloseTo(0, within(1e-6));
    assertThat(new FrechetDistance(set).to(other)).isPositive().isFinite();
  }

  @Property(tries = 20)
  void isTheSameBothWays(@ForAll long seed, @ForAll @IntRange(min = 1, max = 12) int d) {
    FeatureStatistics a = FeatureStatistics.of(rows(seed, 40, d, 1, 0), d);
    FeatureStatistics b = FeatureStatistics.of(rows(seed + 1, 70, d, 2, 1), d);
    assertThat(new FrechetDistance(a).to(b))
        .isCloseTo(new FrechetDistance(b).to(a), within(1e-8 * (1 + b.trace())));
  }

  @Property(tries = 20)
  void isTheSameAfterARotation(@ForAll long seed, @ForAll @IntRange(min = 2, max = 10) int d) {
    RealMatrix rotation = rotation(seed, d);
    float[] a = rows(seed, 60, d, 1, 0);
    float[] b = rows(seed + 1, 60, d, 3, 2);
    double before = distance(a, b, d);
    double after = distance(rotated(a, rotation), rotated(b, rotation), d);
    assertThat(after).isCloseTo(before, within(1e-4 * before));
  }

  /** For diagonal covariances the roots are taken value by value. */
  @Test
  void isTheClosedFormForGaussians() {
    FeatureStatistics a = diagonal(new double[] {0, 1, -2}, new double[] {1, 4, 0});
    FeatureStatistics b = diagonal(new double[] {3, 1, 0}, new double[] {9, 1, 0.25});
    double means = 9 + 0 + 4;
    double deviations = square(1 - 3) + square(2 - 1) + square(0 - 0.5);
    assertThat(new FrechetDistance(a).to(b)).isCloseTo(means + deviations, within(1e-9));
  }

  @Test
  void theExtrapolationTakesTheBiasOfSmallSamplesAway() {
    int d = 8;
    FrechetDistance distance =
        new FrechetDistance(FeatureStatistics.of(rows(1, 200_000, d, 1, 0), d));
    List<FeatureStatistics> parts = new ArrayList<>();
    for (int part = 0; part < 10; part++) {
      parts.add(FeatureStatistics.of(rows(100 + part, 100, d, 1, 0), d));
    }
    double all = distance.to(parts.stream().reduce(FeatureStatistics::merge).orElseThrow());
    assertThat(all).isGreaterThan(0.01);
    assertThat(Math.abs(distance.atInfinity(parts))).isLessThan(all / 3);
  }

  private static double distance(float[] a, float[] b, int d) {
    return new FrechetDistance(FeatureStatistics.of(a, d)).to(FeatureStatistics.of(b, d));
  }

  private static double square(double v) {
    return v * v;
  }

  /** All images alike but for one direction and rounding, where a solver may not converge. */
  @Property(tries = 20)
  void collapsedImagesHaveADistance(@ForAll long seed) {
    int d = 60;
    double[] ones = new double[d];
    Arrays.fill(ones, 1);
    FeatureStatistics real = diagonal(new double[d], ones);
    SplittableRandom random = new SplittableRandom(seed);
    // Some features never fire.
    double[] direction =
        random.doubles(d).map(x -> random.nextDouble() < 0.3 ? 0 : x - 0.5).toArray();
    double[] products = new double[d * d];
    double length = 0;
    for (int i = 0; i < d; i++) {
      length += direction[i] * direction[i];
      for (int j = 0; j < d; j++) {
        double rounding = 1e-23 * (random.nextDouble() - 0.5);
        products[i * d + j] = 100 * (1e-8 * direction[i] * direction[j] + rounding);
      }
    }
    FeatureStatistics collapsed = new FeatureStatistics(101, new double[d], products);
    assertThat(new FrechetDistance(real).to(collapsed))
        .isCloseTo(d + 1e-8 * length - 2e-4 * Math.sqrt(length), within(1e-8));
  }

  private static FeatureStatistics diagonal(double[] means, double[] variances) {
    int d = means.length;
    long count = 101;
    double[] products = new double[d * d];
    for (int j = 0; j < d; j++) {
      products[j * d + j] = variances[j] * (count - 1);
    }
    return new FeatureStatistics(count, means, products);
  }

  static float[] rows(long seed, int count, int d, double scale, double shift) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] rows = new float[count * d];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = (float) (shift + scale * random.nextGaussian());
    }
    return rows;
  }

  private static RealMatrix rotation(long seed, int d) {
    double[][] random = new double[d][d];
    float[] values = rows(seed + 2, d, d, 1, 0);
    for (int i = 0; i < d * d; i++) {
      random[i / d][i % d] = values[i];
    }
    return new QRDecomposition(MatrixUtils.createRealMatrix(random)).getQ();
  }

  private static float[] rotated(float[] rows, RealMatrix rotation) {
    int d = rotation.getRowDimension();
    float[] result = new float[rows.length];
    for (int from = 0; from < rows.length; from += d) {
      double[] row = new double[d];
      for (int j = 0; j < d; j++) {
        row[j] = rows[from + j];
      }
      double[] turned = rotation.operate(row);
      for (int j = 0; j < d; j++) {
        result[from + j] = (float) turned[j];
      }
    }
    return result;
  }
}
