package io.momentgan.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class MeasuresTest {
  @Test
  void theKernelDistanceOfEqualDistributionsIsZeroOnAverage() {
    int d = 5;
    double[] blocks =
        IntStream.range(0, 200)
            .mapToDouble(
                i ->
                    KernelDistance.between(
                        FrechetDistanceTest.rows(2L * i, 40, d, 1, 0),
                        FrechetDistanceTest.rows(2L * i + 1, 40, d, 1, 0),
                        d,
                        d))
            .toArray();
    KernelDistance.Estimate estimate = KernelDistance.estimate(blocks);
    assertThat(Math.abs(estimate.mean())).isLessThan(3 * estimate.standardError());
    assertThat(Arrays.stream(blocks).filter(block -> block < 0).count()).isGreaterThan(50);
  }

  @Test
  void theKernelDistanceSeesAShift() {
    int d = 5;
    double distance =
        KernelDistance.between(
            FrechetDistanceTest.rows(1, 500, d, 1, 0),
            FrechetDistanceTest.rows(2, 500, d, 1, 0.5),
            d,
            d);
    assertThat(distance).isGreaterThan(0.1);
  }

  /** k(x, y) = (xy / tr + 1)^3 by hand, with d = 1, tr = 1. */
  @Test
  void theKernelDistanceIsTheFormula() {
    float[] x = {0, 1};
    float[] y = {1, 2};
    double xx = 1;
    double yy = 27;
    double xy = (1 + 1 + 8 + 27) / 4.0;
    assertThat(KernelDistance.between(x, y, 1, 1)).isCloseTo(xx + yy - 2 * xy, within(1e-9));
  }

  /** Four real points on a line, 1 apart; generated ones at 1.15, 1.2, 1.3 and 50. */
  @Test
  void theManifoldOfPointsOnALine() {
    float[] real = {0, 1, 2, 3};
    float[] generated = {1.15f, 1.2f, 1.3f, 50};
    Manifold manifold = manifold(real, generated, 1);
    // Real balls reach 1 to each side: 1.15, 1.2 and 1.3 lie in those of 1 and 2 alone.
    assertThat(manifold.precision()).isEqualTo(0.75);
    assertThat(manifold.density()).isEqualTo(1.5);
    // The balls of 1 and 2 hold some; those of 0 and 3 none.
    assertThat(manifold.coverage()).isEqualTo(0.5);
    // Generated balls reach 0.05 and 0.1; that of 50 reaches to 1.3, and so over 2 and 3.
    assertThat(manifold.recall()).isEqualTo(0.5);
  }

  @Property(tries = 10)
  void aSetCoversItself(@ForAll long seed) {
    float[] rows = FrechetDistanceTest.rows(seed, 30, 2, 1, 0);
    Manifold manifold = manifold(rows, rows, 2);
    assertThat(manifold.precision()).isEqualTo(1);
    assertThat(manifold.recall()).isEqualTo(1);
    assertThat(manifold.coverage()).isEqualTo(1);
  }

  @Test
  void coverageOfAMixtureFallsByTheModesThatAreDropped() {
    float[] real = mixture(1, 10, 40);
    double all = manifold(real, mixture(2, 10, 40), 2).coverage();
    double seven = manifold(real, mixture(2, 7, 40), 2).coverage();
    double two = manifold(real, mixture(2, 2, 40), 2).coverage();
    assertThat(all).isGreaterThan(0.85);
    assertThat(seven).isCloseTo(0.7 * all, within(0.05));
    assertThat(two).isCloseTo(0.2 * all, within(0.05));
  }

  private static float[] mixture(long seed, int modes, int perMode) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] rows = new float[2 * modes * perMode];
    for (int i = 0; i < modes * perMode; i++) {
      rows[2 * i] = (float) (100 * (i / perMode) + random.nextGaussian());
      rows[2 * i + 1] = (float) random.nextGaussian();
    }
    return rows;
  }

  private static Manifold manifold(float[] real, float[] generated, int d) {
    int k = d == 1 ? 1 : 3;
    Manifold.Hits hits = Manifold.hits(balls(real, d, k), balls(generated, d, k), d);
    return Manifold.of(
        Manifold.Tally.of(hits.realBallsAround()),
        Manifold.Tally.of(hits.generatedInBall()),
        Manifold.Tally.of(hits.generatedBallsAround()),
        k);
  }

  private static Manifold.Balls balls(float[] rows, int d, int k) {
    Nearest.Block block = new Nearest.Block(0, rows);
    return new Manifold.Balls(rows, Nearest.of(block, block, d, k, true).squaredRadii());
  }

  @Test
  void theClassifierScoreRunsFromOneToTheNumberOfClasses() {
    int classes = 5;
    float[] sure = new float[classes * classes];
    Arrays.fill(sure, -100);
    float[] same = sure.clone();
    for (int i = 0; i < classes; i++) {
      sure[i * classes + i] = 0;
      same[i * classes] = 0;
    }
    assertThat(ClassStatistics.of(sure, classes, new byte[0]).classifierScore())
        .isCloseTo(5, within(1e-9));
    assertThat(ClassStatistics.of(same, classes, new byte[0]).classifierScore())
        .isCloseTo(1, within(1e-9));
    double score =
        ClassStatistics.of(MergeTest.logProbabilities(1, 500, classes), classes, new byte[0])
            .classifierScore();
    assertThat(score).isBetween(1.0, 5.0);
  }

  @Test
  void theModeScoreTakesImbalanceOff() {
    double[] even = {0.5, 0.5};
    float[] balanced = {0, -100, -100, 0};
    float[] skewed = {0, -100, 0, -100, 0, -100, -100, 0};
    assertThat(ClassStatistics.of(balanced, 2, new byte[0]).modeScore(even))
        .isCloseTo(2, within(1e-9));
    ClassStatistics off = ClassStatistics.of(skewed, 2, new byte[0]);
    assertThat(off.modeScore(even)).isLessThan(off.classifierScore());
  }

  @Test
  void classAccuracyIsTheShareOfImagesOfAKnownClassThatAreSeenAsThat() {
    float[] seenAs0110 = {0, -100, -100, 0, -100, 0, 0, -100};
    ClassStatistics three = ClassStatistics.of(seenAs0110, 2, new byte[] {0, 1, 0, 0});
    assertThat(three.accuracy()).isEqualTo(0.75);
    ClassStatistics unknown = ClassStatistics.of(seenAs0110, 2, new byte[0]);
    assertThat(unknown.accuracy()).isNaN();
    assertThat(three.merge(unknown).accuracy()).isEqualTo(0.75);
    ClassStatistics none = ClassStatistics.of(seenAs0110, 2, new byte[] {1, 0, 0, 1});
    assertThat(three.merge(none).accuracy()).isEqualTo(3 / 8.0);
  }

  @Test
  void classesThatHardlyAppearAreMissing() {
    double[] real = {0.25, 0.25, 0.25, 0.25};
    float[] twoClasses = {0, -100, -100, -100, -100, 0, -100, -100};
    ClassStatistics statistics = ClassStatistics.of(twoClasses, 4, new byte[0]);
    assertThat(statistics.missing(real)).isEqualTo(2);
    assertThat(statistics.totalVariation(real)).isCloseTo(0.5, within(1e-9));
    assertThat(statistics.confidentShare()).isEqualTo(1);
  }

  /** z = (0.5 - 0.4) / sqrt(0.45 * 0.55 * 2 / 1000) = 4.49; and 0.5 against 0.48 gives 0.89. */
  @Test
  void binsDifferBeyondChanceAlone() {
    assertThat(Bins.different(new long[] {500, 500}, new long[] {400, 600})).containsOnly(true);
    assertThat(Bins.different(new long[] {500, 500}, new long[] {480, 520})).containsOnly(false);
    assertThat(Bins.different(new long[] {0, 10}, new long[] {0, 10})).containsOnly(false);
  }

  @Test
  void imagesGoToTheNearestCentreAndCentresToTheirImages() {
    Bins bins = new Bins(new float[] {0, 0, 10, 10}, 2);
    float[] rows = {1, 1, 9, 9, 3, 1};
    assertThat(bins.assign(rows)).containsExactly(0, 1, 0);
    assertThat(bins.moved(bins.sums(rows)).centres()).containsExactly(2, 1, 9, 9);
  }
}
