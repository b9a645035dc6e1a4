package io.momentgan.step.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.Experiments;
import io.momentgan.config.LossConfig;
import java.util.Locale;
import java.util.function.DoubleFunction;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class LogitLossTest {
  private static final double SMOOTHED_FLOOR = 0.3251;
  private static final double[] NONE = {};
  private static final LossConfig NON_SATURATING = Experiments.small().loss();
  private static final LossConfig MINIMAX = Experiments.small("loss.generator=minimax").loss();

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
    assertThat(LogitLoss.generator(new double[] {balanced}, NONE, NON_SATURATING).mean())
        .isCloseTo(0.7985, within(1e-4));
  }

  @Test
  void hugeLogitsKeepTheirGradient() {
    LogitLoss g = LogitLoss.generator(new double[] {-500}, NONE, NON_SATURATING);
    assertThat(g.mean()).isCloseTo(500, within(1e-9));
    assertThat(g.gradient()[0]).isCloseTo(-1, within(1e-12));
  }

  @Test
  void minimaxGradientVanishesWhereTheOtherDoesNot() {
    double p = 1e-4;
    double[] logits = {Math.log(p / (1 - p))};
    double minimax = LogitLoss.generator(logits, NONE, MINIMAX).gradient()[0];
    double other = LogitLoss.generator(logits, NONE, NON_SATURATING).gradient()[0];
    assertThat(other / minimax).isCloseTo((1 - p) / p, within(1e-6 * (1 - p) / p));
    assertThat(LogitLoss.generator(logits, NONE, MINIMAX).mean())
        .isCloseTo(Math.log(1 - p), within(1e-12));
  }

  @Property
  void gradientsAreThoseOfFiniteDifferences(
      @ForAll LossConfig.Type type,
      @ForAll boolean real,
      @ForAll @DoubleRange(min = -4, max = 4) double logit) {
    Assume.that(Math.abs(Math.abs(logit) - 1) > 1e-4);
    LossConfig config = of(type);
    double[] target = {type.hasTargets() ? (real ? 0.9 : 0.1) : real ? 1 : -1};
    checkGradient(l -> LogitLoss.discriminator(new double[] {l}, target, type), logit);
    checkGradient(l -> LogitLoss.generator(new double[] {l}, target, config), logit);
  }

  private static void checkGradient(DoubleFunction<LogitLoss> loss, double at) {
    double h = 1e-6;
    double expected = (loss.apply(at + h).mean() - loss.apply(at - h).mean()) / (2 * h);
    assertThat(loss.apply(at).gradient()[0]).isCloseTo(expected, within(1e-6));
  }

  @Test
  void valuesOfTheOtherLosses() {
    double[] logits = {0.5, -2};
    double[] ones = {1, 1};
    double[] signs = {-1, -1};
    assertThat(LogitLoss.discriminator(logits, ones, LossConfig.Type.LEAST_SQUARES).mean())
        .isCloseTo((0.25 + 9) / 4, within(1e-12));
    assertThat(LogitLoss.discriminator(logits, ones, LossConfig.Type.HINGE).mean())
        .isCloseTo((0.5 + 3) / 2, within(1e-12));
    assertThat(LogitLoss.discriminator(logits, signs, LossConfig.Type.HINGE).mean())
        .isCloseTo((1.5 + 0) / 2, within(1e-12));
    assertThat(LogitLoss.discriminator(logits, signs, LossConfig.Type.WASSERSTEIN).mean())
        .isCloseTo(-0.75, within(1e-12));
    assertThat(LogitLoss.generator(logits, NONE, of(LossConfig.Type.HINGE)).mean())
        .isCloseTo(0.75, within(1e-12));
  }

  /** Of the differences 1 and -3: log(1 + exp(-1)) and log(1 + exp(3)). */
  @Test
  void relativisticLossIsOfDifferences() {
    double[] real = {1000, -2};
    double[] fake = {999, 1};
    LogitLoss d = LogitLoss.discriminator(real, fake, LossConfig.Type.RELATIVISTIC);
    LogitLoss g = LogitLoss.generator(fake, real, of(LossConfig.Type.RELATIVISTIC));
    double near = Math.log(1 + Math.exp(-1));
    double far = Math.log(1 + Math.exp(3));
    assertThat(d.mean()).isCloseTo((near + far) / 2, within(1e-12));
    assertThat(g.mean()).isCloseTo((near + 1 + far - 3) / 2, within(1e-12));
    assertThat(d.opposite().mean()).isZero();
    assertThat(d.opposite().gradient())
        .containsExactly(new double[] {1 - 0.7310585786, 0.9525741268}, within(1e-9));
  }

  private static LossConfig of(LossConfig.Type type) {
    String name = type.name().toLowerCase(Locale.ROOT).replace('_', '-');
    return Experiments.small("loss.type=" + name, "loss.clip=0.01").loss();
  }

  private static LogitLoss loss(double target, double logit) {
    return LogitLoss.crossEntropy(new double[] {logit}, new double[] {target});
  }
}
