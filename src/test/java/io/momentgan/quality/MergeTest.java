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

/** Merged parts are what one pass over all gives. */
class MergeTest {
  private static final double TINY = 1e-10;

  @Property(tries = 50)
  void featureStatistics(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 9) int d,
      @ForAll @IntRange(min = 1, max = 60) int count) {
    float[] rows = FrechetDistanceTest.rows(seed, count, d, 2, 1);
    FeatureStatistics whole = FeatureStatistics.of(rows, d);
    FeatureStatistics merged =
        parts(rows, d, seed).stream()
            .map(part -> FeatureStatistics.of(part, d))
            .reduce(FeatureStatistics.of(new float[0], d), FeatureStatistics::merge);
    assertThat(merged.count()).isEqualTo(count);
    assertThat(merged.mean()).containsExactly(whole.mean(), within(TINY));
    assertThat(merged.comoments()).containsExactly(whole.comoments(), within(TINY * count * 10));
  }

  @Property(tries = 50)
  void classStatistics(@ForAll long seed, @ForAll @IntRange(min = 1, max = 60) int count) {
    int classes = 4;
    float[] rows = logProbabilities(seed, count, classes);
    ClassStatistics whole = ClassStatistics.of(rows, classes, new byte[0]);
    ClassStatistics merged =
        parts(rows, classes, seed).stream()
            .map(part -> ClassStatistics.of(part, classes, new byte[0]))
            .reduce(ClassStatistics.of(new float[0], classes, new byte[0]), ClassStatistics::merge);
    assertThat(merged.count()).isEqualTo(count);
    assertThat(merged.predicted()).isEqualTo(whole.predicted());
    assertThat(merged.confident()).isEqualTo(whole.confident());
    assertThat(merged.probabilities()).containsExactly(whole.probabilities(), within(TINY));
    assertThat(merged.classifierScore()).isCloseTo(whole.classifierScore(), within(TINY));
  }

  @Property(tries = 30)
  void nearestNeighbours(@ForAll long seed, @ForAll @IntRange(min = 3, max = 60) int count) {
    int d = 3;
    Nearest.Block queries = new Nearest.Block(0, FrechetDistanceTest.rows(seed, 7, d, 1, 0));
    float[] rows = FrechetDistanceTest.rows(seed + 1, count, d, 1, 0);
    Nearest whole = Nearest.of(queries, new Nearest.Block(0, rows), d, 3, false);
    List<float[]> parts = parts(rows, d, seed);
    List<Nearest> tables = new ArrayList<>();
    int first = 0;
    for (float[] part : parts) {
      tables.add(0, Nearest.of(queries, new Nearest.Block(first, part), d, 3, false));
      first += part.length / d;
    }
    Nearest merged = tables.stream().reduce(Nearest::merge).orElseThrow();
    assertThat(merged.indices()).isEqualTo(whole.indices());
  }

  /** Splits rows at random places. */
  private static List<float[]> parts(float[] rows, int d, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<float[]> parts = new ArrayList<>();
    int from = 0;
    while (from < rows.length) {
      int length = d * (1 + random.nextInt(20));
      parts.add(Arrays.copyOfRange(rows, from, Math.min(rows.length, from + length)));
      from += length;
    }
    return parts;
  }

  static float[] logProbabilities(long seed, int count, int classes) {
    float[] rows = FrechetDistanceTest.rows(seed, count, classes, 2, 0);
    for (int from = 0; from < rows.length; from += classes) {
      double sum = 0;
      for (int c = 0; c < classes; c++) {
        sum += Math.exp(rows[from + c]);
      }
      for (int c = 0; c < classes; c++) {
        rows[from + c] -= (float) Math.log(sum);
      }
    }
    return rows;
  }
}
