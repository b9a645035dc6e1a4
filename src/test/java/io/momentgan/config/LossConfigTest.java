package io.momentgan.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.Experiments;
import io.momentgan.config.LossConfig.GradientPenalty;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LossConfigTest {
  private static final String BATCH_NORM =
      "discriminator.layers=[{type: dense, units: 4, batch-norm: true}]";

  private static final String MINIBATCH =
      "discriminator.layers=[{type: dense, units: 4}, {type: minibatch}]";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "gradient-penalty.r1=-1 | loss.gradient-penalty.r1: found -1.0, expected 0 (none) or a positive weight",
        "gradient-penalty.wgan-gp=-10 | loss.gradient-penalty.wgan-gp: found -10.0, expected 0 (none) or a positive weight",
        "gradient-penalty.r3=1 | loss.gradient-penalty.r3",
        "gradient-penalty.every=0 | loss.gradient-penalty.every: found 0, expected 1 (each update) or more",
        "gradient-penalty.every=4 | loss.gradient-penalty.every: found 4, expected 1 without a penalty",
        "gradient-penalty.r2=1;gradient-penalty.wgan-gp=10 | loss.gradient-penalty.wgan-gp: found 10.0, expected 0 with r1 or r2",
        "gradient-penalty.r1=1;separate-updates=true | loss.separate-updates: found true, expected false with loss.gradient-penalty",
        "gradient-penalty.wgan-gp=10;clip=0.01 | loss.clip: found 0.01, expected 0 with loss.gradient-penalty.wgan-gp",
        "type=relativistic;flip=0.1 | loss.flip: found 0.1, expected 0 with loss.type relativistic",
        "type=relativistic;real-range=[0.7, 1.2] | loss.real-range: found [0.7, 1.2], expected [] with this loss.type",
        "type=relativistic;generator=minimax | loss.generator: found minimax",
        "type=relativistic;separate-updates=true | loss.separate-updates: found true, expected false with loss.type relativistic",
        "type=wasserstein | loss.clip: found 0.0, expected a positive bound such as 0.01 with loss.type wasserstein, or loss.gradient-penalty"
      })
  void conflictsWithinTheSectionAreRefusedByName(String settings, String message) {
    String[] overrides = ("loss." + settings.replace(";", ";loss.")).split(";");
    assertThatThrownBy(() -> Experiments.small(overrides))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  @Test
  void layersThatMixWhatIsToBeOfOneImageAreRefused() {
    assertRefused(
        "discriminator.layers.0.batch-norm: found true, expected false with loss.gradient-penalty",
        BATCH_NORM,
        "loss.gradient-penalty.r1=10");
    assertRefused(
        "discriminator.layers.1.type: found minibatch, expected another type with loss.gradient-penalty",
        MINIBATCH,
        "loss.gradient-penalty.r1=10");
    assertRefused(
        "discriminator.layers.0.batch-norm: found true, expected false with loss.type relativistic",
        BATCH_NORM,
        "loss.type=relativistic");
    assertRefused(
        "loss.type: found relativistic, expected another type with a layer of type minibatch",
        MINIBATCH,
        "loss.type=relativistic");
  }

  @Test
  void classesThatAnImageWouldNotHaveAreRefused() {
    assertRefused(
        "labels.discriminator: found classifier, expected another use of labels",
        "labels.classes=10",
        "labels.generator=none",
        "labels.discriminator=classifier",
        "loss.gradient-penalty.r1=10");
    assertRefused(
        "discriminator-input.replay-capacity: found 5, expected 0 with loss.gradient-penalty.wgan-gp",
        "labels.classes=10",
        "discriminator-input.replay-capacity=5",
        "loss.gradient-penalty.wgan-gp=10");
  }

  @Test
  void penaltiesOfFewIterationsAreForOneUpdateInEach() {
    for (String more : List.of("train.d-steps=2", "train.thresholds.d-loss=1.5")) {
      assertRefused(
          "loss.gradient-penalty.every: found 16, expected 1 with train.d-steps",
          "loss.gradient-penalty.r1=10",
          "loss.gradient-penalty.every=16",
          more);
    }
  }

  private static void assertRefused(String message, String... settings) {
    assertThatThrownBy(() -> Experiments.small(settings))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"wgan-gp", "r1", "r2"})
  void anyPenaltyBoundsTheWassersteinLoss(String penalty) {
    LossConfig loss =
        Experiments.small("loss.type=wasserstein", "loss.gradient-penalty." + penalty + "=10")
            .loss();
    assertThat(loss.gradientPenalty().on()).isTrue();
  }

  @Test
  void penaltiesAreReadAndWrittenByTheirNames() {
    Experiment experiment =
        Experiments.small("loss.gradient-penalty={wgan-gp: 0.0, r1: 10.0, r2: 5.0, every: 16}");
    assertThat(experiment.loss().gradientPenalty()).isEqualTo(new GradientPenalty(0, 10, 5, 16));
    assertThat(ExperimentReader.write(experiment))
        .contains("wgan-gp: 0.0", "r1: 10.0", "every: 16");
  }
}
