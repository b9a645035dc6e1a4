package io.momentgan.moments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class MomentsTest {
  private static final int FEATURES = 3;

  @Property(tries = 200)
  void mergingEqualsComputingAtOnce(
      @ForAll @IntRange(min = 1, max = 40) int left,
      @ForAll @IntRange(min = 1, max = 40) int right,
      @ForAll @DoubleRange(min = -1000, max = 1000) double offset,
      @ForAll @LongRange(min = 0, max = 1000) long seed) {
    double[] rows = rows(left + right, offset, seed);
    Moments merged =
        Moments.of(Arrays.copyOfRange(rows, 0, left * FEATURES), FEATURES)
            .merge(Moments.of(Arrays.copyOfRange(rows, left * FEATURES, rows.length), FEATURES));
    assertClose(merged, Moments.of(rows, FEATURES));
  }

  @Property(tries = 200)
  void floatsLoseNothingButTheirOwnRounding(
      @ForAll @IntRange(min = 1, max = 100) int count,
      @ForAll @DoubleRange(min = -1000, max = 1000) double offset,
      @ForAll @LongRange(min = 0, max = 1000) long seed) {
    float[] rows = floats(rows(count, offset, seed));
    Moments expected = Moments.of(doubles(rows), FEATURES);
    Moments moments = Moments.of(rows, FEATURES);
    assertThat(moments.count()).isEqualTo(count);
    for (int j = 0; j < FEATURES; j++) {
      double variance = expected.variance(j);
      assertThat(moments.mean()[j])
          .isCloseTo(expected.mean()[j], within(1e-6 * Math.sqrt(variance) + 1e-12));
      assertThat(moments.variance(j)).isCloseTo(variance, within(2e-6 * variance + 1e-12));
    }
  }

  @Test
  void movedRowsHaveAnotherMeanAndTheSameDeviations() {
    Moments moments = Moments.of(new double[] {1, 2, 3, 6}, 2);
    double[] vector = {0.5, -1};
    assertThat(moments.plus(vector)).isEqualTo(Moments.of(new double[] {1.5, 1, 3.5, 5}, 2));
    assertThat(moments.plus(vector).minus(vector)).isEqualTo(moments);
    assertThat(Moments.empty(2).minus(vector)).isEqualTo(Moments.empty(2));
  }

  @Test
  void aFloatThatIsNoNumberIsSeen() {
    Moments moments = Moments.of(new float[] {1, Float.NaN, 3, 1, 2, 3}, FEATURES);
    assertThat(moments.mean()[1]).isNaN();
    assertThat(moments.variance(1)).isNaN();
    assertThat(moments.mean()[0]).isEqualTo(1);
  }

  @Property(tries = 100)
  void mergingIsAssociativeAndCommutative(@ForAll @LongRange(min = 0, max = 1000) long seed) {
    Moments a = Moments.of(rows(4, 1, seed), FEATURES);
    Moments b = Moments.of(rows(7, -2, seed + 1), FEATURES);
    Moments c = Moments.of(rows(1, 5, seed + 2), FEATURES);
    assertClose(a.merge(b).merge(c), a.merge(b.merge(c)));
    assertClose(a.merge(b), b.merge(a));
  }

  @Test
  void varianceIsBiased() {
    Moments two = Moments.of(new double[] {1, 10, 3, 10}, 2);
    assertThat(two.variance(0)).isEqualTo(1);
    assertThat(two.variance(1)).isZero();
    assertThat(two.mean()).containsExactly(2, 10);
  }

  @Test
  void smallVarianceBesideLargeMeanSurvives() {
    double[] rows = {255.01, 0, 0, 254.99, 0, 0};
    assertThat(Moments.of(rows, FEATURES).variance(0)).isCloseTo(1e-4, within(1e-10));
  }

  @Test
  void emptyMomentsAreNeutral() {
    Moments some = Moments.of(rows(5, 0, 1), FEATURES);
    assertThat(Moments.empty(FEATURES).merge(some)).isEqualTo(some);
    assertThat(some.merge(Moments.empty(FEATURES))).isEqualTo(some);
  }

  @Test
  void momentsOfDifferentImagesAreRefused() {
    assertThatThrownBy(() -> Moments.empty(2).merge(Moments.empty(3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 and 3 features");
    assertThatThrownBy(() -> Moments.fold(List.of(List.of(), List.of(Moments.empty(2)))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("lists of [0, 1] moments");
  }

  private static double[] rows(int count, double offset, long seed) {
    return new Random(seed).doubles((long) count * FEATURES).map(v -> v + offset).toArray();
  }

  private static void assertClose(Moments actual, Moments expected) {
    assertThat(actual.count()).isEqualTo(expected.count());
    assertThat(actual.mean()).containsExactly(expected.mean(), within(1e-9));
    assertThat(actual.m2()).containsExactly(expected.m2(), within(1e-8));
  }

  private static float[] floats(double[] values) {
    float[] rounded = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      rounded[i] = (float) values[i];
    }
    return rounded;
  }

  private static double[] doubles(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }
}
