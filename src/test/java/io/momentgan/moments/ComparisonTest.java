package io.momentgan.moments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class ComparisonTest {
  private static final int FEATURES = 2;
  private static final Clusters TWO = new Clusters(new double[][] {{-10, 0}, {10, 0}});

  @Test
  void oneClusterIsThePlainComparison() {
    double[] fake = rows(12, 1, 0);
    double[] real = rows(12, 2, 0);
    Comparison comparison = compare(Clusters.ONE, fake, real);
    Moments generated = Moments.of(fake, FEATURES);
    Moments expected = Moments.of(real, FEATURES);
    assertThat(comparison.distance()).isEqualTo(MomentDistance.between(generated, expected));
    List<MomentPenalty> penalties = comparison.penalties(0.1, 0.2);
    assertThat(comparison.value(penalties))
        .isEqualTo(MomentPenalty.of(generated, expected, 0.1, 0.2).value());
  }

  @Test
  void imagesGoToTheNearestCentre() {
    assertThat(TWO.assign(new double[] {-1, 5, 3, 5, 0.1, -90}, FEATURES)).containsExactly(0, 1, 1);
    assertThat(Clusters.around(List.of(Moments.empty(1), Moments.of(new double[] {4}, 1))).count())
        .isEqualTo(1);
  }

  /** Two classes whose means are mixed up have the right moments together and not by themselves. */
  @Test
  void clustersSeeWhatOnePairOfMomentsDoesNot() {
    double[] real = {-11, 1, -9, -1, 9, 1, 11, -1};
    double[] fake = {-11, 1, -9, 1, 9, -1, 11, -1};
    assertThat(compare(Clusters.ONE, fake, real).distance().mean()).isZero();
    assertThat(compare(TWO, fake, real).distance().mean()).isCloseTo(0.1, within(1e-12));
  }

  @Property(tries = 50)
  void gradientEqualsFiniteDifferences(@ForAll @LongRange(min = 0, max = 1000) long seed) {
    double[] fake = two(5, 3, seed);
    double[] real = two(4, 6, seed + 1);
    int[] clusters = TWO.assign(fake, FEATURES);
    List<MomentPenalty> penalties = compare(TWO, fake, real).penalties(0.3, 0.2);
    int n = fake.length / FEATURES;
    double step = 1e-6;
    for (int k = 0; k < fake.length; k++) {
      MomentPenalty penalty = penalties.get(clusters[k / FEATURES]);
      int j = k % FEATURES;
      double analytic = (penalty.shift()[j] + penalty.factor()[j] * fake[k]) / n;
      double slope =
          (value(moved(fake, k, step), real) - value(moved(fake, k, -step), real)) / (2 * step);
      assertThat(analytic).isCloseTo(slope, within(1e-5));
    }
  }

  /** Ten images of the left class; the right class has 15 of 20 real images. */
  @Test
  void aClassThatTheGeneratorLacksCostsItsWholeDistance() {
    double[] fake = rows(10, 1, -10);
    double[] real = two(5, 15, 2);
    Moments left = Moments.of(Arrays.copyOf(real, 5 * FEATURES), FEATURES);
    Moments right = Moments.of(Arrays.copyOfRange(real, 5 * FEATURES, 20 * FEATURES), FEATURES);
    Moments generated = Moments.of(fake, FEATURES);
    MomentDistance ofLeft = MomentDistance.between(generated, left);
    MomentDistance ofRight = MomentDistance.between(generated, right);
    Comparison comparison = compare(TWO, fake, real);
    assertThat(comparison.distance().mean())
        .isCloseTo(ofLeft.mean() + 0.75 * ofRight.mean(), within(1e-12));
    assertThat(comparison.distance().variance())
        .isCloseTo(ofLeft.variance() + 0.75 * ofRight.variance(), within(1e-12));
    // The classes lie 20 apart: 0.75 * 0.1 * 20.
    assertThat(comparison.distance().mean()).isBetween(1.4, 1.7);

    List<MomentPenalty> penalties = comparison.penalties(0.1, 0.1);
    assertThat(comparison.value(penalties))
        .isCloseTo(comparison.distance().mean() + comparison.distance().variance(), within(1e-12));
    assertThat(penalties.get(1).factor()).containsOnly(0);
    assertThat(penalties.get(1).shift()).containsOnly(0);
    assertThat(penalties.get(0).factor()).doesNotContain(0);
  }

  /** What keep-best goes by: fewer classes are never better. */
  @Test
  void aPerfectGeneratorOfOneClassIsFartherAwayThanAFairOneOfBoth() {
    double[] real = two(10, 10, 2);
    double[] oneClass = Arrays.copyOf(real, 10 * FEATURES);
    double[] both = two(10, 10, 5);
    MomentDistance lacking = compare(TWO, oneClass, real).distance();
    MomentDistance fair = compare(TWO, both, real).distance();
    assertThat(lacking.mean()).isGreaterThan(3 * fair.mean());
    assertThat(lacking.mean() + lacking.variance()).isGreaterThan(fair.mean() + fair.variance());
  }

  @Test
  void aClassThatNoRealImageOfTheBatchHasDoesNotCount() {
    double[] real = rows(5, 2, 10);
    Comparison comparison = compare(TWO, two(5, 5, 1), real);
    MomentDistance right =
        MomentDistance.between(
            Moments.of(Arrays.copyOfRange(two(5, 5, 1), 5 * FEATURES, 10 * FEATURES), FEATURES),
            Moments.of(real, FEATURES));
    assertThat(comparison.distance().mean()).isCloseTo(right.mean() / 2, within(1e-12));
    assertThat(comparison.penalties(1, 1).get(0).value()).isZero();
  }

  private static double value(double[] fake, double[] real) {
    Comparison comparison = compare(TWO, fake, real);
    return comparison.value(comparison.penalties(0.3, 0.2));
  }

  private static Comparison compare(Clusters clusters, double[] fake, double[] real) {
    return new Comparison(
        clusters.moments(fake, FEATURES, clusters.assign(fake, FEATURES)),
        clusters.moments(real, FEATURES, clusters.assign(real, FEATURES)));
  }

  private static double[] two(int left, int right, long seed) {
    double[] both = new double[(left + right) * FEATURES];
    System.arraycopy(rows(left, seed, -10), 0, both, 0, left * FEATURES);
    System.arraycopy(rows(right, seed + 77, 10), 0, both, left * FEATURES, right * FEATURES);
    return both;
  }

  private static double[] rows(int n, long seed, double shift) {
    Random random = new Random(seed);
    double[] rows = new double[n * FEATURES];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = random.nextGaussian() + (i % FEATURES == 0 ? shift : 0);
    }
    return rows;
  }

  private static double[] moved(double[] rows, int at, double by) {
    double[] moved = rows.clone();
    moved[at] += by;
    return moved;
  }
}
