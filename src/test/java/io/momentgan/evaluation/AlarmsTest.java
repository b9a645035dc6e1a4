package io.momentgan.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.Experiments;
import io.momentgan.config.Experiment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AlarmsTest {
  /** MNIST's: the variance term of images that are all alike. */
  private static final double REAL_VARIANCE = 20.9;

  private final Alarms alarms = alarms();

  private static Alarms alarms(String... settings) {
    Experiment experiment = Experiments.small(settings);
    return new Alarms(experiment.loss(), experiment.moments(), REAL_VARIANCE);
  }

  private static Alarms.Epoch epoch(double dLoss, double gBce, double norm) {
    return new Alarms.Epoch(dLoss, gBce, norm, 0);
  }

  /** Just below and just above the discriminator's floor plus 3 % of the way to equilibrium. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "name=smoothed                             | 0.3566",
        "loss.flip=0.05                            | 0.6208",
        "loss.real-target=1                        | 0.0416",
        "loss.type=hinge;loss.flip=0.05            | 0.2540",
        "loss.type=least-squares;loss.real-target=1| 0.0075"
      })
  void theDiscriminatorHasWonAtTheFloorOfItsOwnLoss(String settings, double threshold) {
    String[] each = settings.split(";");
    assertThat(alarms(each).next(epoch(threshold - 2e-4, 5)))
        .singleElement()
        .asString()
        .contains("won");
    assertThat(alarms(each).next(epoch(threshold + 2e-4, 5))).isEmpty();
  }

  @Test
  void aLossWithoutFloorHasNoWinner() {
    assertThat(alarms("loss.type=wasserstein", "loss.clip=0.01").next(epoch(-50, 5))).isEmpty();
    assertThat(alarms("loss.real-range=[1.0, 1.4]").next(epoch(-0.2, 5))).isEmpty();
  }

  /** ln(1 - D(G(z))) is negative throughout, far below the equilibrium of the other form. */
  @Test
  void minimaxIsJudgedAgainstItsOwnEquilibrium() {
    assertThat(fallingTo(-0.55, "loss.generator=minimax")).isEmpty();
    assertThat(fallingTo(-0.65, "loss.generator=minimax"))
        .singleElement()
        .asString()
        .contains("below the equilibrium -0.60");
    assertThat(fallingTo(-0.95, "loss.type=hinge")).isEmpty();
    assertThat(fallingTo(-1.05, "loss.type=hinge")).singleElement().asString().contains("-1.00");
    assertThat(fallingTo(-9, "loss.type=wasserstein", "loss.clip=0.01")).isEmpty();
  }

  /** The distance of features falls to 0 in a good training. */
  @Test
  void featureMatchingFallsBelowTheCrossEntropysEquilibrium() {
    assertThat(fallingTo(0.3, "loss.generator=feature-matching")).isEmpty();
  }

  private static List<String> fallingTo(double last, String... settings) {
    Alarms watching = alarms(settings);
    List<String> raised = List.of();
    for (int i = 9; i >= 0; i--) {
      assertThat(raised).isEmpty();
      raised = watching.next(epoch(1.3, last + 0.01 * i));
    }
    return raised;
  }

  /** The least-squares loss moves between 0 and a quarter. */
  @Test
  void steadinessIsMeasuredByTheRangeOfTheLoss() {
    assertThat(swinging(0.6, "loss.real-target=0.9")).singleElement().asString().contains("0.63");
    assertThat(swinging(0.45, "loss.real-target=0.9")).isEmpty();
    assertThat(swinging(0.1, "loss.type=least-squares", "loss.real-target=1")).isEmpty();
    assertThat(swinging(0.15, "loss.type=least-squares", "loss.real-target=1")).hasSize(1);
  }

  private static List<String> swinging(double by, String... settings) {
    Alarms watching = alarms(settings);
    List<String> raised = List.of();
    for (int i = 0; i < 10; i++) {
      raised = watching.next(epoch(1.1 + (i % 2 == 0 ? by : -by), 1));
    }
    return raised;
  }

  /** 64 images nearly alike had a variance term of 6.5 times its floor of 3.11. */
  @Test
  void nearlyEqualImagesRaiseAnAlarm() {
    assertThat(alarms.next(new Alarms.Epoch(1.3, 0.9, 1, 6.5 * 3.11)))
        .singleElement()
        .asString()
        .contains("variance term 20.215 is 97 % of the real images' whole variance 20.900")
        .contains("collapse");
    assertThat(alarms.next(new Alarms.Epoch(1.3, 0.9, 1, 10.46))).hasSize(1);
    assertThat(alarms.next(new Alarms.Epoch(1.3, 0.9, 1, 10.44))).isEmpty();
    Experiment unmeasured = Experiments.small();
    assertThat(
            new Alarms(unmeasured.loss(), unmeasured.moments(), Double.NaN)
                .next(new Alarms.Epoch(1.3, 0.9, 1, 0)))
        .isEmpty();
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
    assertThat(alarms.next(epoch(1.2, 1.2, 100))).isEmpty();
    assertThat(alarms.next(epoch(1.2, 1.2, 101.6)))
        .singleElement()
        .asString()
        .endsWith("gradient norm of 102 is above 100 (the discriminator's)");
    assertThat(
            alarms("moments.mean-weight=0", "moments.variance-weight=0")
                .next(epoch(1.2, 1.2, 101.6)))
        .singleElement()
        .asString()
        .endsWith("gradient norm of 102 is above 100");
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
    assertThat(alarms.next(epoch(0.326, 12, 500))).hasSize(2);
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
      double variance = e == 1 ? 6.369 : clamp(3.0 + 0.3 * random.nextGaussian(), 2.4, 3.86);
      raised.addAll(alarms.next(new Alarms.Epoch(dLoss, gBce, 5, variance)));
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
    return epoch(dLoss, gBce, 1);
  }
}
