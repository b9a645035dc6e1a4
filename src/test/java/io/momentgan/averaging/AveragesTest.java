package io.momentgan.averaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.moments.Moments;
import io.momentgan.network.NetworkState;
import io.momentgan.network.ParameterLayout;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class AveragesTest {
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
                new ParameterLayout.Statistics(
                    new ParameterLayout.Range(0, 1), new ParameterLayout.Range(1, 2))));
    NetworkState pooled =
        Averages.of(
            List.of(statistics(a), statistics(b)), Averages.weights(List.of(300L, 100L)), layout);
    assertThat(pooled.params()[0]).isCloseTo((float) all.mean()[0], within(1e-6f));
    assertThat(pooled.params()[1]).isCloseTo((float) all.variance(0), within(1e-6f));
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
