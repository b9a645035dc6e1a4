package io.momentgan.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.Experiments;
import io.momentgan.config.ConfigException;
import io.momentgan.config.OptimizerConfig;
import io.momentgan.data.ImageShape;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.schedule.ISchedule;

/** Optimizers and their schedules against calculations by hand. */
class OptimizersTest {
  private static final ImageShape IMAGE = new ImageShape(1, 2, 3);
  private static final int BATCH = 4;
  private static final String HALVING = "type=sgd; learning-rate=0.4; learning-rate-decay=0.5";

  private static OptimizerConfig optimizer(String settings) {
    return Experiments.small(overrides(settings)).generator().optimizer();
  }

  /** Settings of the optimizer, separated by "; ". */
  private static String[] overrides(String settings) {
    return Arrays.stream(settings.split("; "))
        .map(setting -> "generator.optimizer." + setting)
        .toArray(String[]::new);
  }

  /** Improved GAN's rate for CIFAR-10: .0003 * min(3 - epoch / 400, 1), of 500 updates an epoch. */
  @ParameterizedTest
  @CsvSource({"0, 1", "399999, 1", "400000, 1", "500000, 0.5", "600000, 0", "700000, 0"})
  void pointsAreJoinedByLines(int update, double factor) {
    ISchedule schedule =
        ValueSchedule.ofLearningRate(
            optimizer(
                "learning-rate=0.0003; learning-rate-points=[{update: 400000, value: 0.0003},"
                    + " {update: 600000, value: 0}]"));
    assertThat(schedule.valueAt(update, 0)).isCloseTo(0.0003 * factor, within(1e-12));
  }

  /** The rate and momentum of the 2014 GAN on MNIST. */
  @Test
  void decayEndsAtTheFloorAndMomentumRises() {
    OptimizerConfig sgd =
        optimizer(
            "type=momentum; nesterov=false; learning-rate=0.1; learning-rate-decay=0.999996; "
                + "learning-rate-floor=1.0e-6; momentum=0.5; "
                + "momentum-points=[{update: 125000, value: 0.7}]");
    ISchedule rate = ValueSchedule.ofLearningRate(sgd);
    assertThat(rate.valueAt(0, 0)).isEqualTo(0.1);
    assertThat(rate.valueAt(100_000, 0)).isCloseTo(0.1 * Math.exp(-0.4), within(1e-6));
    assertThat(rate.valueAt(10_000_000, 0)).isEqualTo(1e-6);
    ISchedule momentum = ValueSchedule.ofMomentum(sgd);
    assertThat(momentum.valueAt(62_500, 0)).isCloseTo(0.6, within(1e-12));
    assertThat(momentum.valueAt(200_000, 0)).isEqualTo(0.7);
    assertThat(ValueSchedule.ofLearningRate(optimizer("type=sgd"))).isNull();
    assertThat(ValueSchedule.ofMomentum(optimizer("type=momentum"))).isNull();
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE"})
  void classicalMomentumByHand(DataType type) {
    Steps steps =
        new Steps(
            "type=momentum; nesterov=false; learning-rate=0.5; momentum=0.5; "
                + "momentum-points=[{update: 2, value: 0.9}]",
            type);
    double velocity = 0;
    for (int t = 0; t < 4; t++) {
      double momentum = t == 0 ? 0.5 : t == 1 ? 0.7 : 0.9;
      velocity = momentum * velocity + 0.5 * steps.gradient(t);
      assertThat(steps.change(t)).isCloseTo(-velocity, within(1e-5));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE"})
  void epsilonInsideTheRootByHand(DataType type) {
    Steps steps =
        new Steps(
            "type=adam; learning-rate=0.01; beta1=0.5; beta2=0.9; epsilon=0.04; "
                + "epsilon-inside=true; learning-rate-points=[{update: 2, value: 0.03}]",
            type);
    double m = 0;
    double v = 0;
    for (int t = 0; t < 4; t++) {
      double g = steps.gradient(t);
      m = 0.5 * m + 0.5 * g;
      v = 0.9 * v + 0.1 * g * g;
      double correction = Math.sqrt(1 - Math.pow(0.9, t + 1)) / (1 - Math.pow(0.5, t + 1));
      double rate = t == 0 ? 0.01 : t == 1 ? 0.02 : 0.03;
      assertThat(steps.change(t))
          .isCloseTo(-rate * correction * m / Math.sqrt(v + 0.04), within(1e-6));
    }
  }

  @Test
  void plainDescentFollowsItsSchedule() {
    Steps steps = new Steps(HALVING, DataType.FLOAT);
    for (int t = 0; t < 3; t++) {
      assertThat(steps.change(t))
          .isCloseTo(-0.4 * Math.pow(0.5, t) * steps.gradient(t), within(1e-6));
    }
  }

  /** A schedule goes on where the state that is loaded was. */
  @Test
  void loadedNetworksGoOnInTheSchedule() {
    Steps first = new Steps(HALVING, DataType.FLOAT);
    first.change(0);
    first.change(1);
    Steps second = new Steps(HALVING, DataType.FLOAT);
    second.network.load(first.network.state());
    assertThat(second.change(2)).isEqualTo(first.change(2));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "learning-rate-decay=0.9; learning-rate-points=[{update: 5, value: 0.1}] | one of both",
        "learning-rate-points=[{update: 5, value: 0.1}, {update: 5, value: 0.2}] | ascending",
        "learning-rate-points=[{update: 0, value: 0.1}] | update",
        "learning-rate-floor=0.5 | learning rate",
        "momentum-points=[{update: 5, value: 1}] | [0, 1)",
      })
  void contradictionsAreRefused(String settings, String message) {
    assertThatThrownBy(() -> optimizer(settings))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  @Test
  void uniformWeightsFillTheirBound() {
    Network network =
        GanNetworks.build(
                Experiments.small("generator.weights=uniform", "generator.weights-bound=0.05"),
                new ImageShape(1, 40, 40),
                DataType.FLOAT)
            .generator();
    INDArray weights = network.model().getLayer(1).getParam("W");
    assertThat(weights.maxNumber().doubleValue()).isBetween(0.0495, 0.05);
    assertThat(weights.minNumber().doubleValue()).isBetween(-0.05, -0.0495);
    assertThat(weights.stdNumber().doubleValue()).isCloseTo(0.05 / Math.sqrt(3), within(0.001));
  }

  /** One parameter of a generator with a gradient that is set by hand. */
  private static final class Steps {
    private final Network network;

    Steps(String settings, DataType type) {
      this.network =
          GanNetworks.build(Experiments.small(overrides(settings)), IMAGE, type).generator();
    }

    /** The gradient of the mean loss at an update. */
    double gradient(int update) {
      return 0.3 + 0.1 * update * (update % 2 == 0 ? 1 : -1);
    }

    /** Makes an update and returns the change of the first parameter. */
    double change(int update) {
      double before = network.model().params().getDouble(0);
      network.gradient().assign(BATCH * gradient(update));
      network.update(BATCH);
      return network.model().params().getDouble(0) - before;
    }
  }
}
