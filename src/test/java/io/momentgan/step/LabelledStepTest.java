package io.momentgan.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.Experiments;
import io.momentgan.collective.Collective;
import io.momentgan.collective.LocalCollectives;
import io.momentgan.config.AveragingConfig.Wire;
import io.momentgan.config.Experiment;
import io.momentgan.config.LabelsConfig;
import io.momentgan.data.ImageShape;
import io.momentgan.engine.ArrayRows;
import io.momentgan.engine.Dl4jPair;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.moments.RealSide;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.Network;
import io.momentgan.network.state.ReplayBuffer;
import io.momentgan.step.loss.ClassLoss;
import io.momentgan.step.loss.LogitLoss;
import io.momentgan.step.loss.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Steps of conditional networks and of AC-GAN. */
class LabelledStepTest {
  private static final ImageShape IMAGE = new ImageShape(1, 1, 6);
  private static final int CLASSES = 3;
  private static final int BATCH = 30;
  private static final String[] CLASS_HEAD = {
    "labels.classes=3",
    "labels.discriminator=class-head",
    "discriminator.layers.0.units=16",
    "discriminator.optimizer.learning-rate=0.01"
  };

  @Test
  void classLossIsThatOfThePlainFormula() {
    double[] logits = {1, -2, 0.5, 3, 3, -1};
    int[] labels = {2, 0};
    ClassLoss loss = ClassLoss.of(logits, labels);
    double first = Math.log(Math.exp(1) + Math.exp(-2) + Math.exp(0.5)) - 0.5;
    double second = Math.log(Math.exp(3) + Math.exp(3) + Math.exp(-1)) - 3;
    assertThat(loss.mean()).isCloseTo((first + second) / 2, within(1e-12));
    assertThat(loss.accuracy()).isEqualTo(0.5);
    double h = 1e-6;
    for (int i = 0; i < logits.length; i++) {
      double[] up = logits.clone();
      double[] down = logits.clone();
      up[i] += h;
      down[i] -= h;
      // Twice the mean of two rows: the gradient belongs to their sum.
      double slope = (ClassLoss.of(up, labels).mean() - ClassLoss.of(down, labels).mean()) / h;
      assertThat(loss.gradient()[i]).isCloseTo(slope, within(1e-8));
    }
    assertThat(ClassLoss.of(new double[] {1000, -1000}, new int[] {1}).mean()).isEqualTo(2000);
    assertThatThrownBy(() -> ClassLoss.of(logits, new int[0]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("needs one per image");
  }

  @Test
  void aClassHeadStandsBehindTheLogitInTheDiscriminatorsOutput() {
    double[] output = {0.5, 1, 2, 3, -0.5, 6, 5, 4};
    Verdict verdict = Verdict.of(output, new int[] {0, 1}, head(2));
    assertThat(verdict.logits()).containsExactly(0.5, -0.5);
    ClassLoss plain = ClassLoss.of(new double[] {1, 2, 3, 6, 5, 4}, new int[] {0, 1});
    assertThat(verdict.classes().mean()).isEqualTo(2 * plain.mean());
    double[] gradient = verdict.gradient(new LogitLoss(0, new double[] {7, 8}));
    assertThat(gradient).hasSize(8);
    assertThat(gradient[0]).isEqualTo(7);
    assertThat(gradient[4]).isEqualTo(8);
    assertThat(gradient[6]).isEqualTo(2 * plain.gradient()[4]);
  }

  @Test
  void aClassHeadLearnsToTellClasses() {
    Experiment experiment = Experiments.small(CLASS_HEAD);
    GanNetworks networks = GanNetworks.build(experiment, IMAGE, DataType.FLOAT);
    assertThat(accuracy(networks, 7)).isLessThan(0.8);
    GanStep step = step(experiment, networks);
    for (int i = 0; i < 150; i++) {
      assertThat(step.iterate(new Batch(new ArrayRows(images(i)), labels(i)), i).isFinite())
          .isTrue();
    }
    assertThat(accuracy(networks, 1000)).isGreaterThan(0.95);
  }

  private static LabelsConfig head(double weight) {
    return new LabelsConfig(
        CLASSES, LabelsConfig.Use.ONE_HOT, LabelsConfig.Use.CLASS_HEAD, 50, weight, 0);
  }

  private static double accuracy(GanNetworks networks, int seed) {
    double[] output =
        HostArrays.doubles(networks.discriminator().forward(images(seed), labels(seed)));
    return Verdict.of(output, labels(seed), head(1)).classes().accuracy();
  }

  @Test
  void lossesOfAClassHeadArePartOfBothNetworksLosses() {
    Experiment experiment = Experiments.small(CLASS_HEAD);
    Losses weighted = evaluated(experiment);
    Losses negligible =
        evaluated(
            Experiments.small(
                CLASS_HEAD[0], CLASS_HEAD[1], CLASS_HEAD[2], "labels.class-weight=1.0e-9"));
    double logClasses = Math.log(CLASSES);
    assertThat(weighted.generatorBce()).isEqualTo(negligible.generatorBce());
    assertThat(weighted.generator() - negligible.generator())
        .isBetween(0.3 * logClasses, 3 * logClasses);
    assertThat(weighted.discriminator() - negligible.discriminator())
        .isBetween(0.6 * logClasses, 6 * logClasses);
  }

  private static Losses evaluated(Experiment experiment) {
    GanNetworks networks = GanNetworks.build(experiment, IMAGE, DataType.FLOAT);
    return step(experiment, networks)
        .evaluate(RealBatches.shared(new Batch(new ArrayRows(images(1)), labels(1))), 0);
  }

  @Test
  void theGeneratorIsToldTheClassesOfTheRealBatch() {
    Experiment experiment = Experiments.small("labels.classes=3");
    GanNetworks one = GanNetworks.build(experiment, IMAGE, DataType.FLOAT);
    GanNetworks other = GanNetworks.build(experiment, IMAGE, DataType.FLOAT);
    step(experiment, one).iterate(new Batch(new ArrayRows(images(1)), labels(1)), 0);
    step(experiment, other).iterate(new Batch(new ArrayRows(images(1)), labels(2)), 0);
    assertThat(other.generator().state().params()).isNotEqualTo(one.generator().state().params());
    assertThatThrownBy(
            () -> step(experiment, one).iterate(new Batch(new ArrayRows(images(1)), new int[0]), 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a conditional network needs one each");
  }

  @Test
  void replayedImagesKeepTheirClasses() {
    Experiment experiment = Experiments.small("discriminator-input.replay-capacity=50");
    DiscriminatorInput input =
        new DiscriminatorInput(experiment.discriminatorInput(), 1, 0, ReplayBuffer.EMPTY);
    SplittableRandom random = new SplittableRandom(1);
    int replayed = 0;
    for (int iteration = 0; iteration < 20; iteration++) {
      int[] labels = random.ints(BATCH, 0, CLASSES).toArray();
      INDArray fake = Nd4j.zeros(DataType.FLOAT, BATCH, 2);
      for (int i = 0; i < BATCH; i++) {
        fake.putScalar(i, 0, labels[i]);
        fake.putScalar(i, 1, iteration);
      }
      Batch shown = input.replayed(new Batch(new ArrayRows(fake), labels), iteration, 0);
      for (int i = 0; i < BATCH; i++) {
        assertThat((int) shown.images().floats()[2 * i]).isEqualTo(shown.classes()[i]);
        replayed += shown.images().floats()[2 * i + 1] < iteration ? 1 : 0;
      }
    }
    assertThat(replayed).isPositive();
  }

  /** Dense layers pass both batches as one; the gradient is that of two passes added up. */
  @Test
  void bothBatchesAtOnceGiveTheGradientOfOneAfterTheOther() {
    List<String> settings = new ArrayList<>(List.of(CLASS_HEAD));
    settings.add("discriminator.optimizer.type=sgd");
    settings.add("labels.class-weight=2");
    settings.add("loss.real-target=1");
    Experiment experiment = Experiments.small(settings.toArray(String[]::new));
    Batch real = new Batch(new ArrayRows(images(1).castTo(DataType.DOUBLE)), labels(1));
    Batch fake = new Batch(new ArrayRows(images(2).castTo(DataType.DOUBLE)), labels(3));
    Network atOnce = discriminator(experiment);
    INDArray before = atOnce.model().params().dup();
    try (Collective alone = LocalCollectives.alone()) {
      new DiscriminatorUpdate(
              experiment,
              new Dl4jPair(new GanNetworks(atOnce, atOnce)), // no generator takes part
              new GradientSharing(alone, Wire.EXACT, false, Optional.empty()),
              ReplayBuffer.EMPTY)
          .update(real, fake, null, 0, 0);
    }
    INDArray step = before.sub(atOnce.model().params()).divi(0.01);

    Network inTurn = discriminator(experiment);
    INDArray expected = gradient(inTurn, real, 1).add(gradient(inTurn, fake, 0)).divi(BATCH);
    assertThat(HostArrays.doubles(step))
        .containsExactly(HostArrays.doubles(expected), within(1e-9));
  }

  private static Network discriminator(Experiment experiment) {
    return GanNetworks.build(experiment, IMAGE, DataType.DOUBLE).discriminator();
  }

  private static INDArray gradient(Network network, Batch images, double target) {
    double[] targets = new double[BATCH];
    Arrays.fill(targets, target);
    Verdict verdict =
        Verdict.of(
            network.outputs(((ArrayRows) images.images()).array(), images.classes()),
            images.classes(),
            head(2));
    double[] gradient = verdict.gradient(LogitLoss.crossEntropy(verdict.logits(), targets));
    network.backward(HostArrays.toArray(DataType.DOUBLE, gradient, BATCH, 1 + CLASSES));
    return network.gradient().dup();
  }

  private static GanStep step(Experiment experiment, GanNetworks networks) {
    return new GanStep(
        experiment,
        new Dl4jPair(networks),
        LocalCollectives.alone(),
        RealSide.UNKNOWN,
        false,
        Optional.empty(),
        new float[0],
        ReplayBuffer.EMPTY);
  }

  private static int[] labels(int seed) {
    return new SplittableRandom(seed).ints(BATCH, 0, CLASSES).toArray();
  }

  /** Two bright pixels where the class is. */
  private static INDArray images(int seed) {
    Random random = new Random(seed);
    int[] labels = labels(seed);
    INDArray images = Nd4j.zeros(DataType.FLOAT, BATCH, IMAGE.features());
    for (int i = 0; i < BATCH; i++) {
      for (int j = 0; j < IMAGE.features(); j++) {
        double level = j / 2 == labels[i] ? 0.8 : -0.8;
        images.putScalar(i, j, level + 0.1 * random.nextGaussian());
      }
    }
    return images;
  }
}
