package io.momentgan.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.config.LossConfig;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class LogitLossTest {
  private static final double SMOOTHED_FLOOR = 0.3251;

  @Property
  void crossEntropyEqualsItsDefinition(
      @ForAll @DoubleRange(min = -20, max = 20) double logit,
      @ForAll @DoubleRange(min = 0, max = 1) double target) {
    double p = 1 / (1 + Math.exp(-logit));
    double q = 1 / (1 + Math.exp(logit));
    double expected = -target * Math.log(p) - (1 - target) * Math.log(q);
    assertThat(loss(target, logit).mean()).isCloseTo(expected, within(1e-7));
    assertThat(loss(target, logit).gradient()[0]).isCloseTo(p - target, within(1e-12));
  }

  @Property
  void smoothedLossNeverFallsBelowItsFloor(
      @ForAll @DoubleRange(min = -1000, max = 1000) double realLogit,
      @ForAll @DoubleRange(min = -1000, max = 1000) double fakeLogit) {
    double loss = loss(0.9, realLogit).mean() + loss(0, fakeLogit).mean();
    assertThat(loss).isGreaterThan(SMOOTHED_FLOOR - 1e-4);
  }

  @Test
  void referenceLevelsOfSmoothedTraining() {
    double perfect = loss(0.9, Math.log(9)).mean() + loss(0, -100).mean();
    assertThat(perfect).isCloseTo(SMOOTHED_FLOOR, within(1e-4));
    double balanced = Math.log(0.45 / 0.55);
    double equilibrium = loss(0.9, balanced).mean() + loss(0, balanced).mean();
    assertThat(equilibrium).isCloseTo(1.3763, within(1e-4));
    assertThat(
            LogitLoss.generator(new double[] {balanced}, LossConfig.Generator.NON_SATURATING)
                .mean())
        .isCloseTo(0.7985, within(1e-4));
  }

  @Test
  void hugeLogitsKeepTheirGradient() {
    LogitLoss g = LogitLoss.generator(new double[] {-500}, LossConfig.Generator.NON_SATURATING);
    assertThat(g.mean()).isCloseTo(500, within(1e-9));
    assertThat(g.gradient()[0]).isCloseTo(-1, within(1e-12));
  }

  @Test
  void minimaxGradientVanishesWhereTheOtherDoesNot() {
    double p = 1e-4;
    double[] logits = {Math.log(p / (1 - p))};
    double minimax = LogitLoss.generator(logits, LossConfig.Generator.MINIMAX).gradient()[0];
    double other = LogitLoss.generator(logits, LossConfig.Generator.NON_SATURATING).gradient()[0];
    assertThat(other / minimax).isCloseTo((1 - p) / p, within(1e-6 * (1 - p) / p));
    assertThat(LogitLoss.generator(logits, LossConfig.Generator.MINIMAX).mean())
        .isCloseTo(Math.log(1 - p), within(1e-12));
  }

  private static LogitLoss loss(double target, double logit) {
    return LogitLoss.crossEntropy(new double[] {logit}, target);
  }
}
