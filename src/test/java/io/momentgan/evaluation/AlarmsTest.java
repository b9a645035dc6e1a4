package io.momentgan.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.Experiments;
import io.momentgan.config.LossConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AlarmsTest {
  private static final LossConfig SMOOTHED =
      Experiments.small(
              "loss.generator=non-saturating", "loss.real-target=0.9", "loss.fake-target=0")
          .loss();

  private final Alarms alarms = new Alarms(SMOOTHED);

  @Test
  void floorIsTheEntropyOfTheTargets() {
    assertThat(alarms.floor()).isCloseTo(0.3251, within(1e-4));
    assertThat(
            new Alarms(
                    Experiments.small(
                            "loss.generator=minimax", "loss.real-target=1", "loss.fake-target=0")
                        .loss())
                .floor())
        .isZero();
    assertThat(
            new Alarms(
                    Experiments.small(
                            "loss.generator=minimax",
                            "loss.real-target=0.9",
                            "loss.fake-target=0.1")
                        .loss())
                .floor())
        .isCloseTo(0.6502, within(1e-4));
  }

  @Test
  void discriminatorAtItsFloorIsReportedWithBothFigures() {
    assertThat(alarms.next(epoch(0.3301, 5)))
        .singleElement()
        .asString()
        .contains("0.3301", "floor 0.3251");
    assertThat(alarms.next(epoch(0.3651, 5))).isEmpty();
  }

  @Test
  void largeGradientIsReportedWithItsNorm() {
    assertThat(alarms.next(new Alarms.Epoch(1.2, 1.2, 100))).isEmpty();
    assertThat(alarms.next(new Alarms.Epoch(1.2, 1.2, 101.6)))
        .singleElement()
        .asString()
        .contains("gradient norm of 102 is above 100");
  }

  @Test
  void unsteadyDiscriminatorIsReportedOnceTenEpochsShowIt() {
    List<List<String>> raised =
        IntStream.range(0, 10).mapToObj(i -> alarms.next(epoch(i % 2 == 0 ? 0.5 : 2, 1))).toList();
    assertThat(raised.subList(0, 9)).allSatisfy(none -> assertThat(none).isEmpty());
    assertThat(raised.get(9)).singleElement().asString().contains("unsteady", "0.79");
  }

  @Test
  void unsteadinessIsForgottenAfterTenEpochs() {
    IntStream.range(0, 10).forEach(i -> alarms.next(epoch(i % 2 == 0 ? 0.5 : 2, 1)));
    List<String> last = List.of();
    for (int i = 0; i < 10; i++) {
      last = alarms.next(epoch(1.2, 1));
    }
    assertThat(last).isEmpty();
  }

  @Test
  void generatorThatOnlyFallsIsReported() {
    List<String> last = List.of();
    for (int i = 0; i < 10; i++) {
      assertThat(last).isEmpty();
      last = alarms.next(epoch(1.2, 1.5 - 0.1 * i));
    }
    assertThat(last).singleElement().asString().contains("fallen for 10 epochs");
  }

  @Test
  void aLossThatFallsTowardsTheEquilibriumIsHealthy() {
    for (int i = 0; i < 20; i++) {
      assertThat(alarms.next(epoch(1.2, 3 - 0.1 * i))).isEmpty();
    }
  }

  @Test
  void oneEpochThatDoesNotFallResetsTheGeneratorsAlarm() {
    for (int i = 0; i < 30; i++) {
      double upEachNinth = i % 9 == 0 ? 1.5 : 1.4 - 0.1 * (i % 9);
      assertThat(alarms.next(epoch(1.2, upEachNinth))).isEmpty();
    }
  }

  @Test
  void severalAlarmsMayBeRaisedTogether() {
    assertThat(alarms.next(new Alarms.Epoch(0.326, 12, 500))).hasSize(2);
  }

  /** The losses that the original printed for test 5, at epochs 1, 10, 50 and 100. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void staysSilentOnTheOriginalsTest5(long seed) {
    double[] knots = {1, 10, 50, 100};
    double[] d = {0.5671, 0.8769, 1.1852, 1.2200};
    double[] g = {3.1524, 1.6435, 1.1120, 1.2572};
    Random random = new Random(seed);
    List<String> raised = new ArrayList<>();
    for (int e = 1; e <= 100; e++) {
      double dLoss = clamp(between(knots, d, e) + 0.053 * random.nextGaussian(), 0.421, 1.330);
      double gBce = clamp(between(knots, g, e) + 0.108 * random.nextGaussian(), 0.882, 3.615);
      raised.addAll(alarms.next(new Alarms.Epoch(dLoss, gBce, 5)));
    }
    assertThat(raised).isEmpty();
  }

  @Test
  void staysSilentWhileTheGeneratorSettlesFromTheFirstToTheTenthEpoch() {
    for (int e = 1; e <= 9; e++) {
      assertThat(alarms.next(epoch(0.5671 + 0.0344 * e, 3.1524 - 0.1677 * e))).isEmpty();
    }
  }

  private static double between(double[] knots, double[] values, double at) {
    int k = 1;
    while (knots[k] < at) {
      k++;
    }
    double share = (at - knots[k - 1]) / (knots[k] - knots[k - 1]);
    return values[k - 1] + share * (values[k] - values[k - 1]);
  }

  private static double clamp(double value, double min, double max) {
    return Math.max(min, Math.min(max, value));
  }

  private static Alarms.Epoch epoch(double dLoss, double gBce) {
    return new Alarms.Epoch(dLoss, gBce, 1);
  }
}
