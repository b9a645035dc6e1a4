package io.momentgan.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.Experiments;
import io.momentgan.collective.Collective;
import io.momentgan.collective.LocalCollectives;
import io.momentgan.config.AveragingConfig.Wire;
import io.momentgan.config.ConfigException;
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
import io.momentgan.step.loss.LogitLoss;
import io.momentgan.step.loss.Verdict;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A discriminator of K + 1 classes (Salimans et al. 2016, section 5). */
class ClassifierTest {
  private static final int CLASSES = 3;
  private static final int BATCH = 6;
  private static final ImageShape IMAGE = new ImageShape(1, 1, 5);
  private static final String CLASSIFIER =
      "labels={classes: 3, generator: none, discriminator: classifier, embedding: 50, class-weight: 1.5, per-class: %d}";

  private final Collective alone = LocalCollectives.alone();

  @AfterEach
  void leave() {
    alone.close();
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 10, 100})
  void lossesAndGradientsAreThoseOfSoftmaxOverOneClassMore(double scale) {
    double[] l = new Random(1).doubles(BATCH * CLASSES, -scale, scale).toArray();
    Verdict verdict = Verdict.of(l, new int[0], labels(0));
    for (int real = 0; real <= 1; real++) {
      double[] targets = new double[BATCH];
      Arrays.fill(targets, real);
      LogitLoss loss = LogitLoss.crossEntropy(verdict.logits(), targets);
      double[] gradient = verdict.gradient(loss);
      double expected = 0;
      for (int i = 0; i < BATCH; i++) {
        double[] shares = explicit(l, i);
        double generated = shares[CLASSES];
        expected -= logOf(l, i, real == 1) / BATCH;
        for (int k = 0; k < CLASSES; k++) {
          // d/dl_k of -log(1 - p_{K+1}) and of -log(p_{K+1}).
          double slope = real == 1 ? shares[k] - shares[k] / (1 - generated) : shares[k];
          assertThat(gradient[i * CLASSES + k]).isCloseTo(slope, within(1e-6));
        }
      }
      assertThat(loss.mean()).isCloseTo(expected, within(1e-6 * Math.max(1, expected)));
    }
  }

  /** Softmax over l and a logit of 0. */
  private static double[] explicit(double[] l, int row) {
    double max = 0;
    for (int k = 0; k < CLASSES; k++) {
      max = Math.max(max, l[row * CLASSES + k]);
    }
    double[] shares = new double[CLASSES + 1];
    double sum = 0;
    for (int k = 0; k <= CLASSES; k++) {
      shares[k] = Math.exp((k < CLASSES ? l[row * CLASSES + k] : 0) - max);
      sum += shares[k];
    }
    for (int k = 0; k <= CLASSES; k++) {
      shares[k] /= sum;
    }
    return shares;
  }

  /** log(1 - p_{K+1}) or log(p_{K+1}), by sums that do not overflow. */
  private static double logOf(double[] l, int row, boolean real) {
    double max = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < CLASSES; k++) {
      max = Math.max(max, l[row * CLASSES + k]);
    }
    double sum = 0;
    for (int k = 0; k < CLASSES; k++) {
      sum += Math.exp(l[row * CLASSES + k] - max);
    }
    double logZ = max + Math.log(sum);
    double logAll = Math.max(logZ, 0) + Math.log1p(Math.exp(-Math.abs(logZ)));
    return (real ? logZ : 0) - logAll;
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0.5, 'discriminator.layers=[{type: dense, units: 4}]'",
    "2, 0.5, 'discriminator.layers=[{type: dense, units: 4}]'",
    "2, 1, 'discriminator.layers=[{type: dense, units: 4, batch-norm: true}]'",
    "2, 0, 'discriminator.layers=[{type: dense, units: 4}]'"
  })
  void theDiscriminatorsGradientEqualsFiniteDifferences(
      int perClass, double weight, String layers) {
    Experiment experiment =
        Experiments.small(
            CLASSIFIER.formatted(perClass),
            layers,
            "loss.weight=" + weight,
            "loss.real-target=1",
            "train.batch-size=" + BATCH,
            "discriminator.optimizer.type=sgd",
            "discriminator.optimizer.learning-rate=1");
    GanNetworks networks = GanNetworks.build(experiment, IMAGE, DataType.DOUBLE);
    Network d = networks.discriminator();
    Batch real = new Batch(new ArrayRows(images(1)), perClass == 0 ? classes(1) : new int[0]);
    Batch fake = new Batch(new ArrayRows(images(2)), new int[0]);
    Batch labelled = perClass == 0 ? null : new Batch(new ArrayRows(images(3)), classes(3));
    double[] before = HostArrays.doubles(d.model().params());
    double[] stepped = new double[before.length];
    update(experiment, d, real, fake, labelled);
    double[] after = HostArrays.doubles(d.model().params());
    boolean moved = false;
    for (int i = 0; i < before.length; i++) {
      stepped[i] = before[i] - after[i];
    }
    for (int i : GanStepTest.trainable(d)) {
      double up = loss(experiment, d, moved(before, i, 1e-5), real, fake, labelled);
      double down = loss(experiment, d, moved(before, i, -1e-5), real, fake, labelled);
      assertThat(stepped[i]).as("parameter %d", i).isCloseTo((up - down) / 2e-5, within(1e-6));
      moved |= stepped[i] != 0;
    }
    assertThat(moved).isTrue();
  }

  private DiscriminatorUpdate.Loss update(
      Experiment experiment, Network d, Batch real, Batch fake, Batch labelled) {
    return new DiscriminatorUpdate(
            experiment,
            new Dl4jPair(new GanNetworks(d, d)), // no generator takes part
            new GradientSharing(alone, Wire.EXACT, false, Optional.empty()),
            ReplayBuffer.EMPTY)
        .update(real, fake, labelled, 0, 0);
  }

  private double loss(
      Experiment experiment, Network d, double[] params, Batch real, Batch fake, Batch labelled) {
    d.model().params().assign(Nd4j.createFromArray(params));
    return new DiscriminatorUpdate(
            experiment,
            new Dl4jPair(new GanNetworks(d, d)), // no generator takes part
            new GradientSharing(alone, Wire.EXACT, false, Optional.empty()),
            ReplayBuffer.EMPTY)
        .evaluate(real, fake, labelled, 0, 0)
        .value();
  }

  /** Three batches move the running statistics by their mean, as two do. */
  @Test
  void runningStatisticsMoveByTheMeanOfAllPasses() {
    Experiment experiment =
        Experiments.small(
            CLASSIFIER.formatted(1),
            "discriminator.layers=[{type: dense, units: 4, batch-norm: true}]",
            "train.batch-size=" + BATCH);
    Network once = GanNetworks.build(experiment, IMAGE, DataType.DOUBLE).discriminator();
    Network thrice = GanNetworks.build(experiment, IMAGE, DataType.DOUBLE).discriminator();
    Batch unlabelled = new Batch(new ArrayRows(images(1)), new int[0]);
    update(experiment, once, unlabelled, unlabelled, null);
    update(
        experiment,
        thrice,
        unlabelled,
        unlabelled,
        new Batch(new ArrayRows(images(1)), classes(1)));
    once.layout()
        .statistics()
        .forEach(
            statistics -> {
              for (int i = statistics.mean().from(); i < statistics.variance().to(); i++) {
                assertThat(thrice.model().params().getDouble(i))
                    .isCloseTo(once.model().params().getDouble(i), within(1e-12));
              }
            });
  }

  /** Two clouds; one labelled image of each class tells them apart when clouds stay together. */
  @Test
  void theClassifierLearnsFromItsLabelledBatchAlone() {
    Experiment experiment =
        Experiments.small(
            CLASSIFIER.formatted(1),
            "loss.weight=0.5",
            "loss.generator=feature-matching",
            "train.batch-size=" + BATCH);
    GanNetworks networks = GanNetworks.build(experiment, IMAGE, DataType.FLOAT);
    GanStep step =
        new GanStep(
            experiment,
            new Dl4jPair(networks),
            alone,
            RealSide.UNKNOWN,
            false,
            Optional.empty(),
            new float[0],
            ReplayBuffer.EMPTY);
    for (int i = 0; i < 200; i++) {
      Batch labelled = new Batch(new ArrayRows(spots(i)), classes(i));
      Batch unlabelled = new Batch(new ArrayRows(spots(i + 1000)), new int[0]);
      assertThat(
              step.iterate(new RealBatches(List.of(unlabelled), List.of(labelled)), i).isFinite())
          .isTrue();
    }
    double[] output = HostArrays.doubles(networks.discriminator().forward(spots(5000)));
    Verdict verdict = Verdict.of(output, classes(5000), labels(1));
    assertThat(verdict.classes().accuracy()).isEqualTo(1);
  }

  @Test
  void settingsThatWouldDoNothingAreRefused() {
    for (String[] settings :
        List.of(
            new String[] {"loss.weight=0"},
            new String[] {"averaging.ema.discriminator-half-life=100"},
            new String[] {"labels.classes=3", "labels.per-class=5"},
            new String[] {"labels.classes=3", "labels.discriminator=classifier"},
            new String[] {
              "labels.classes=3", "labels.discriminator=class-head", "labels.generator=none"
            },
            new String[] {CLASSIFIER.formatted(2), "moments.per-class=true"},
            new String[] {"loss.generator=feature-matching", "loss.features.layer=2"},
            new String[] {"loss.generator=feature-matching", "discriminator.layers=[]"},
            new String[] {
              "loss.generator=feature-matching",
              "labels.classes=3",
              "labels.discriminator=class-head"
            })) {
      assertThatThrownBy(() -> Experiments.small(settings))
          .as(String.join(" ", settings))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("found")
          .hasMessageContaining("expected");
    }
  }

  private static LabelsConfig labels(int perClass) {
    return Experiments.small(CLASSIFIER.formatted(perClass)).labels();
  }

  private static INDArray images(int seed) {
    double[] values = new Random(seed).doubles((long) BATCH * IMAGE.features(), -1, 1).toArray();
    return Nd4j.createFromArray(values).reshape(BATCH, IMAGE.features());
  }

  /** Images with a light pixel at the place of their class. */
  private static INDArray spots(int seed) {
    INDArray rows = images(seed).muli(0.3);
    int[] classes = classes(seed);
    for (int i = 0; i < BATCH; i++) {
      rows.putScalar(i, classes[i], 1);
    }
    return rows.castTo(DataType.FLOAT);
  }

  private static int[] classes(int seed) {
    return new Random(seed).ints(BATCH, 0, CLASSES).toArray();
  }

  private static double[] moved(double[] values, int at, double by) {
    double[] result = values.clone();
    result[at] += by;
    return result;
  }
}
