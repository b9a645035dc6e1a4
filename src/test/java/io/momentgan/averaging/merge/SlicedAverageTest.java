package io.momentgan.averaging.merge;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.SparkTests;
import io.momentgan.averaging.merge.SlicedAverage.Average;
import io.momentgan.averaging.merge.SlicedAverage.Contribution;
import io.momentgan.config.AveragingConfig.Wire;
import io.momentgan.network.ParameterLayout;
import io.momentgan.network.ParameterLayout.Range;
import io.momentgan.network.ParameterLayout.RunningStatistics;
import io.momentgan.network.state.NetworkState;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlicedAverageTest {
  /** Running means and variances of two layers, which slices cut apart. */
  private static final ParameterLayout GENERATOR =
      new ParameterLayout(
          40,
          List.of(),
          List.of(
              new RunningStatistics(new Range(4, 11), new Range(11, 18)),
              new RunningStatistics(new Range(31, 34), new Range(34, 37))));

  private static final ParameterLayout DISCRIMINATOR =
      new ParameterLayout(23, List.of(), List.of());

  private static JavaSparkContext spark;

  @BeforeAll
  static void startSpark() {
    spark = SparkTests.local(2);
  }

  @AfterAll
  static void stopSpark() {
    spark.close();
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 3", "2, 2", "3, 1", "3, 7", "8, 8", "5, 200"})
  void theBitsAreThoseOfTheAverageOnTheDriver(int workers, int slices) {
    for (Wire wire : Wire.values()) {
      assertThatTheBitsAreThoseOfTheAverageOnTheDriver(wire, workers, slices);
    }
  }

  private static void assertThatTheBitsAreThoseOfTheAverageOnTheDriver(
      Wire wire, int workers, int slices) {
    List<Contribution<String>> all =
        IntStream.range(0, workers).mapToObj(SlicedAverageTest::contribution).toList();
    double[] weights = Averages.weights(all.stream().map(Contribution::samples).toList());
    Average<String> average =
        new SlicedAverage(wire, slices, GENERATOR, DISCRIMINATOR)
            .average(spark.parallelize(all, workers));
    assertSame(
        average.generator(),
        Averages.of(all.stream().map(Contribution::generator).toList(), weights, GENERATOR));
    assertSame(
        average.discriminator(),
        Averages.of(
            all.stream().map(Contribution::discriminator).toList(), weights, DISCRIMINATOR));
    assertThat(average.rest()).isEqualTo(all.stream().map(Contribution::rest).toList());
  }

  @Test
  void aTaskHoldsAtMostSixtyFourMebibytesWhereThereAreWorkersEnough() {
    int mebibyte = 1 << 20;
    assertThat(SlicedAverage.of(Wire.EXACT, 2, mebibyte, GENERATOR, DISCRIMINATOR).slices())
        .isEqualTo(1);
    assertThat(SlicedAverage.of(Wire.EXACT, 256, 8L * mebibyte, GENERATOR, DISCRIMINATOR).slices())
        .isEqualTo(33);
    assertThat(SlicedAverage.of(Wire.EXACT, 16, 100L * mebibyte, GENERATOR, DISCRIMINATOR).slices())
        .isEqualTo(16);
  }

  private static Contribution<String> contribution(int rank) {
    Random random = new Random(rank);
    return new Contribution<>(
        rank, 100 + 7L * rank, state(random, 40, 60), state(random, 23, 0), "worker " + rank);
  }

  private static NetworkState state(Random random, int params, int updater) {
    return new NetworkState(floats(random, params), floats(random, updater), 12);
  }

  private static float[] floats(Random random, int count) {
    float[] floats = new float[count];
    for (int i = 0; i < count; i++) {
      floats[i] = random.nextFloat();
    }
    return floats;
  }

  private static void assertSame(NetworkState actual, NetworkState expected) {
    assertThat(actual.params()).isEqualTo(expected.params());
    assertThat(actual.updaterState()).isEqualTo(expected.updaterState());
    assertThat(actual.updates()).isEqualTo(expected.updates());
  }
}
