package io.momentgan.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.Experiments;
import io.momentgan.config.LossConfig;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EquilibriumTest {
  /** Values computed by hand; - is a value that the loss does not have. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "name=smoothed                                           | 0.3251 | 1.3763 |  0.7985 | 0.45",
        "loss.real-target=1                                      | 0      | 1.3863 |  0.6931 | 0.5",
        "loss.fake-target=0.1                                    | 0.6502 | 1.3863 |  0.6931 | 0.5",
        "loss.flip=0.05                                          | 0.5975 | 1.3763 |  0.7985 | 0.45",
        "loss.generator=minimax                                  | 0.3251 | 1.3763 | -0.5978 | 0.45",
        "loss.generator=minimax;loss.real-target=1               | 0      | 1.3863 | -0.6931 | 0.5",
        "loss.real-range=[0.7, 1.2];loss.fake-range=[0.0, 0.3]   | 0.6212 | 1.3763 |  0.5978 | 0.55",
        "loss.real-range=[1.0, 1.4]                              | -      | 1.3460 |  0.5108 | 0.6",
        "loss.type=least-squares;loss.real-target=1              | 0      | 0.25   |  0.125  | 0.6225",
        "loss.type=least-squares;loss.real-target=1;loss.flip=0.1| 0.09   | 0.25   |  0.125  | 0.6225",
        "loss.type=least-squares;loss.real-range=[0.7, 1.3]      | 0.015  | 0.265  |  0.125  | 0.6225",
        "loss.generator=feature-matching;loss.real-target=1      | 0      | 1.3863 |  0      | 0.5",
        "loss.type=hinge                                         | 0      | 2      | -1      | -",
        "loss.type=hinge;loss.flip=0.05                          | 0.2    | 2      | -1      | -",
        "loss.type=relativistic                                  | 0      | 0.6931 |  0.6931 | -",
        "loss.type=wasserstein;loss.clip=0.01                    | -      | 0      |  -      | -"
      })
  void valuesAreThoseOfTheLoss(String settings, String floor, String d, String g, String p) {
    LossConfig loss = Experiments.small(settings.split(";")).loss();
    Equilibrium equilibrium = Equilibrium.of(loss);
    assertClose(equilibrium.floor(), floor);
    assertClose(equilibrium.discriminator(), d);
    assertClose(equilibrium.lowestGenerator(), g);
    assertClose(equilibrium.probability(), p);
  }

  private static void assertClose(double actual, String expected) {
    if (expected.equals("-")) {
      assertThat(actual).isNaN();
    } else {
      assertThat(actual).isCloseTo(Double.parseDouble(expected), within(6e-5));
    }
  }

  @Test
  void theHingesGeneratorMayBeAnywhereWithinTheMargin() {
    Equilibrium hinge = Equilibrium.of(Experiments.small("loss.type=hinge").loss());
    assertThat(hinge.lowestGenerator()).isEqualTo(-1);
    assertThat(hinge.highestGenerator()).isEqualTo(1);
  }

  /** Targets are drawn, and the best outputs sought on a grid, without any of the formulas. */
  @ParameterizedTest
  @CsvSource({"0.9, 0, 0, 0", "0.7, 0.5, 0.3, 0.05", "0.8, 0.2, 0.1, 0.2"})
  void crossEntropyIsLeastWhereItIsSaidToBe(double low, double width, double fake, double flip) {
    String range = width == 0 ? "[]" : "[%s, %s]".formatted(low, low + width);
    Equilibrium equilibrium =
        Equilibrium.of(
            Experiments.small(
                    "loss.real-range=" + range,
                    "loss.real-target=" + low,
                    "loss.fake-target=" + fake,
                    "loss.flip=" + flip)
                .loss());
    Random random = new Random(1);
    int n = 400_000;
    double[] real = new double[n];
    double[] generated = new double[n];
    for (int i = 0; i < n; i++) {
      double soft = low + width * random.nextDouble();
      real[i] = random.nextDouble() < flip ? fake : soft;
      generated[i] = random.nextDouble() < flip ? soft : fake;
    }
    double meanReal = DoubleStream.of(real).average().orElseThrow();
    double meanFake = DoubleStream.of(generated).average().orElseThrow();
    double apart = least(p -> bce(meanReal, p)) + least(p -> bce(meanFake, p));
    double together = least(p -> bce(meanReal, p) + bce(meanFake, p));
    assertThat(equilibrium.floor()).isCloseTo(apart, within(4e-3));
    assertThat(equilibrium.discriminator()).isCloseTo(together, within(4e-3));
  }

  private static double least(DoubleUnaryOperator loss) {
    return DoubleStream.iterate(1e-6, p -> p < 1, p -> p + 1e-4).map(loss).min().orElseThrow();
  }

  private static double bce(double target, double p) {
    return -target * Math.log(p) - (1 - target) * Math.log(1 - p);
  }

  @Test
  void everyLossHasADiscriminatorsValue() {
    Stream.of("cross-entropy", "least-squares", "hinge", "relativistic")
        .map(type -> Equilibrium.of(Experiments.small("loss.type=" + type).loss()))
        .forEach(e -> assertThat(e.gap()).isPositive());
  }
}
