package io.momentgan.moments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class MomentPenaltyTest {
  private static final int FEATURES = 4;

  @Property(tries = 100)
  void valueEqualsAPlainReference(
      @ForAll @IntRange(min = 2, max = 30) int n,
      @ForAll @DoubleRange(min = 0, max = 2) double meanWeight,
      @ForAll @DoubleRange(min = 0, max = 2) double varianceWeight,
      @ForAll @LongRange(min = 0, max = 1000) long seed) {
    double[] fake = rows(n, seed);
    double[] real = rows(n, seed + 1);
    double value = penalty(fake, real, meanWeight, varianceWeight).value();
    double expected = reference(fake, real, n, meanWeight, varianceWeight);
    assertThat(value).isCloseTo(expected, within(1e-6 * Math.max(1, expected)));
  }

  @Property(tries = 50)
  void gradientEqualsFiniteDifferences(
      @ForAll @IntRange(min = 2, max = 10) int n,
      @ForAll @LongRange(min = 0, max = 1000) long seed) {
    double[] fake = rows(n, seed);
    double[] real = rows(n, seed + 1);
    MomentPenalty penalty = penalty(fake, real, 0.1, 0.1);
    double step = 1e-6;
    for (int k = 0; k < fake.length; k++) {
      int j = k % FEATURES;
      double analytic = (penalty.shift()[j] + penalty.factor()[j] * fake[k]) / n;
      double up = reference(moved(fake, k, step), real, n, 0.1, 0.1);
      double down = reference(moved(fake, k, -step), real, n, 0.1, 0.1);
      assertThat(analytic).isCloseTo((up - down) / (2 * step), within(1e-5));
    }
  }

  @Test
  void equalBatchesCostNothingAndPullNowhere() {
    double[] batch = rows(6, 3);
    MomentPenalty penalty = penalty(batch, batch, 0.1, 0.1);
    assertThat(penalty.value()).isZero();
    assertThat(penalty.shift()).containsOnly(0);
    assertThat(penalty.factor()).containsOnly(0);
  }

  @Test
  void varianceOfTwoImagesIsTheBiasedOne() {
    double[] fake = {1, 0, 0, 0, 3, 0, 0, 0};
    double[] real = {2, 0, 0, 0, 2, 0, 0, 0};
    assertThat(penalty(fake, real, 0, 1).value()).isEqualTo(1);
  }

  @Test
  void valueIsLinearInEachWeight() {
    double[] fake = rows(5, 1);
    double[] real = rows(5, 2);
    double mean = penalty(fake, real, 1, 0).value();
    double variance = penalty(fake, real, 0, 1).value();
    assertThat(penalty(fake, real, 0.3, 0.7).value())
        .isCloseTo(0.3 * mean + 0.7 * variance, within(1e-12));
  }

  @Test
  void gradientOfMergedBatchesIsTheGradientOfTheWhole() {
    double[] whole = rows(12, 5);
    double[] real = rows(12, 6);
    MomentPenalty atOnce = penalty(whole, real, 0.1, 0.1);
    Moments merged =
        Moments.of(Arrays.copyOfRange(whole, 0, 5 * FEATURES), FEATURES)
            .merge(Moments.of(Arrays.copyOfRange(whole, 5 * FEATURES, whole.length), FEATURES));
    MomentPenalty inParts = MomentPenalty.of(merged, Moments.of(real, FEATURES), 0.1, 0.1);
    assertThat(inParts.value()).isCloseTo(atOnce.value(), within(1e-12));
    assertThat(inParts.shift()).containsExactly(atOnce.shift(), within(1e-12));
    assertThat(inParts.factor()).containsExactly(atOnce.factor(), within(1e-12));
  }

  @Test
  void distanceIsInTheUnitsOfTheOriginal() {
    Moments a = Moments.of(new double[] {0, 2, 5, 5}, 2);
    Moments b = Moments.of(new double[] {1, 1, 1, 1}, 2);
    MomentDistance distance = MomentDistance.between(a, b);
    assertThat(distance.mean()).isCloseTo(0.1 * (1.5 + 2.5), within(1e-12));
    assertThat(distance.variance()).isCloseTo(0.1 * (6.25 + 2.25), within(1e-12));
  }

  private static MomentPenalty penalty(
      double[] fake, double[] real, double meanWeight, double varianceWeight) {
    return MomentPenalty.of(
        Moments.of(fake, FEATURES), Moments.of(real, FEATURES), meanWeight, varianceWeight);
  }

  /** Section 1.3 of the experiments, written down plainly. */
  private static double reference(
      double[] fake, double[] real, int n, double meanWeight, double varianceWeight) {
    double sum = 0;
    for (int j = 0; j < FEATURES; j++) {
      double meanFake = mean(fake, n, j);
      double meanReal = mean(real, n, j);
      sum += meanWeight * Math.abs(meanFake - meanReal);
      sum += varianceWeight * Math.abs(variance(fake, n, j) - variance(real, n, j));
    }
    return sum;
  }

  private static double mean(double[] rows, int n, int j) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += rows[i * FEATURES + j];
    }
    return sum / n;
  }

  private static double variance(double[] rows, int n, int j) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += Math.pow(rows[i * FEATURES + j] - mean(rows, n, j), 2);
    }
    return sum / n;
  }

  private static double[] moved(double[] values, int at, double by) {
    double[] result = values.clone();
    result[at] += by;
    return result;
  }

  private static double[] rows(int n, long seed) {
    return new Random(seed).doubles((long) n * FEATURES, -1, 1).toArray();
  }
}
