package io.momentgan.averaging.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.config.AveragingConfig.OuterRates;
import io.momentgan.config.AveragingConfig.OuterType;
import io.momentgan.moments.Moments;
import io.momentgan.network.ParameterLayout;
import io.momentgan.network.state.NetworkState;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class AveragesTest {
  private static final ParameterLayout.RunningStatistics STATISTICS =
      new ParameterLayout.RunningStatistics(
          new ParameterLayout.Range(1, 2), new ParameterLayout.Range(2, 3));
  private static final ParameterLayout PLAIN = new ParameterLayout(6, List.of(), List.of());

  @Property(tries = 50)
  void theAverageOfEqualNetworksIsThatNetwork(
      @ForAll @IntRange(min = 1, max = 8) int workers,
      @ForAll @LongRange(min = 0, max = 99) long seed) {
    NetworkState state = state(seed);
    List<NetworkState> same = Collections.nCopies(workers, state);
    List<Long> samples = Collections.nCopies(workers, 100L);
    NetworkState average = Averages.of(same, Averages.weights(samples), PLAIN);
    assertThat(average.params()).containsExactly(state.params(), within(1e-7f));
    assertThat(average.updates()).isEqualTo(state.updates());
  }

  @Test
  void oneNetworkIsItsOwnAverageBitForBit() {
    NetworkState state = state(1);
    NetworkState average = Averages.of(List.of(state), new double[] {1}, PLAIN);
    assertThat(average.params()).isEqualTo(state.params());
    assertThat(average.updaterState()).isEqualTo(state.updaterState());
  }

  @Test
  void networksCountByTheirSamples() {
    double[] weights = Averages.weights(List.of(300L, 100L));
    assertThat(weights).containsExactly(0.75, 0.25);
    assertThat(Averages.weighted(List.of(new float[] {1, 0}, new float[] {5, 4}), weights))
        .containsExactly(2, 1);
  }

  @Property(tries = 50)
  void twoEqualSharesAreTheMeanOfBoth(@ForAll @LongRange(min = 0, max = 99) long seed) {
    float[] left = state(seed).params();
    float[] right = state(seed + 100).params();
    float[] average = Averages.weighted(List.of(left, right), new double[] {0.5, 0.5});
    for (int i = 0; i < average.length; i++) {
      assertThat(average[i]).isEqualTo((float) (0.5 * left[i] + 0.5 * right[i]));
    }
  }

  @Test
  void runningStatisticsArePooledAsIfAllDataWereInOnePlace() {
    double[] left = new Random(1).doubles(300, -1, 1).toArray();
    double[] right = new Random(2).doubles(100, 2, 5).toArray();
    Moments a = Moments.of(left, 1);
    Moments b = Moments.of(right, 1);
    Moments all = a.merge(b);
    ParameterLayout layout =
        new ParameterLayout(
            2,
            List.of(),
            List.of(
                new ParameterLayout.RunningStatistics(
                    new ParameterLayout.Range(0, 1), new ParameterLayout.Range(1, 2))));
    NetworkState pooled =
        Averages.of(
            List.of(statistics(a), statistics(b)), Averages.weights(List.of(300L, 100L)), layout);
    assertThat(pooled.params()[0]).isCloseTo((float) all.mean()[0], within(1e-6f));
    assertThat(pooled.params()[1]).isCloseTo((float) all.variance(0), within(1e-6f));
  }

  @Test
  void anOuterStepOfTheWholeChangeWithoutMomentumIsTheAverage() {
    float[] before = state(1).params();
    float[] average = state(2).params();
    for (OuterType type : OuterType.values()) {
      OuterOptimizer outer = new OuterOptimizer(type, new OuterRates(1, 0), PLAIN);
      assertThat(outer.step(before, average, new float[0]).params())
          .containsExactly(average, within(1e-7f));
    }
  }

  @Test
  void outerMomentumFollowsItsFormulas() {
    float[][] averages = {{0, 8}, {-1, 8}, {-1, 7}};
    OuterRates rates = new OuterRates(0.5, 0.9);
    ParameterLayout two = new ParameterLayout(2, List.of(), List.of());
    for (OuterType type : List.of(OuterType.MOMENTUM, OuterType.NESTEROV)) {
      OuterOptimizer outer = new OuterOptimizer(type, rates, two);
      double[] x = {1, 9};
      double[] u = {0, 0};
      OuterOptimizer.Step step = new OuterOptimizer.Step(new float[] {1, 9}, new float[0]);
      for (float[] average : averages) {
        for (int i = 0; i < 2; i++) {
          double d = x[i] - average[i];
          u[i] = 0.9 * u[i] + d;
          x[i] -= 0.5 * (type == OuterType.MOMENTUM ? u[i] : d + 0.9 * u[i]);
        }
        step = outer.step(step.params(), average, step.velocity());
        assertThat(step.params())
            .containsExactly(new float[] {(float) x[0], (float) x[1]}, within(1e-5f));
      }
    }
  }

  @Test
  void runningStatisticsTakeNoPartInMomentumOrMovingAverage() {
    ParameterLayout layout = new ParameterLayout(3, List.of(), List.of(STATISTICS));
    float[] before = {5, 1, 2};
    float[] average = {4, 3, 6};
    OuterOptimizer outer = new OuterOptimizer(OuterType.MOMENTUM, new OuterRates(0.5, 0.5), layout);
    assertThat(outer.step(before, average, new float[0]).params()).containsExactly(4.5f, 3, 6);
    MovingAverage ema = new MovingAverage(100, 0, layout);
    assertThat(ema.next(new float[0], before, average, 100, 100)).containsExactly(4.5f, 3, 6);
  }

  @Test
  void aGeneratorCountsHalfAfterTheHalfLifeHoweverTheImagesComeInRounds() {
    MovingAverage ema = new MovingAverage(1000, 0, PLAIN);
    float[] start = {1, 1, 1, 1, 1, 1};
    float[] zero = new float[6];
    float[] average = new float[0];
    for (int round = 1; round <= 10; round++) {
      average = ema.next(average, round == 1 ? start : zero, zero, 100, 100L * round);
    }
    assertThat(average[0]).isCloseTo(0.5f, within(1e-6f));
  }

  @Test
  void theMovingAverageForgetsTheInitialWeightsWhileItRampsUp() {
    MovingAverage ema = new MovingAverage(10_000, 0.05, PLAIN);
    float[] start = {1, 1, 1, 1, 1, 1};
    float[] average = ema.next(new float[0], start, new float[6], 100, 100);
    assertThat(average[0]).isCloseTo((float) Math.pow(0.5, 20), within(1e-9f));
    assertThat(new MovingAverage(0, 0, PLAIN).next(average, start, start, 1, 1)).isEmpty();
  }

  private static NetworkState statistics(Moments m) {
    return new NetworkState(
        new float[] {(float) m.mean()[0], (float) m.variance(0)}, new float[0], 0);
  }

  private static NetworkState state(long seed) {
    Random random = new Random(seed);
    float[] params = new float[6];
    float[] updater = new float[12];
    for (int i = 0; i < params.length; i++) {
      params[i] = random.nextFloat() - 0.5f;
    }
    for (int i = 0; i < updater.length; i++) {
      updater[i] = random.nextFloat();
    }
    return new NetworkState(params, updater, 17);
  }
}
