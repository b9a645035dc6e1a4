package io.momentgan.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.Experiments;
import io.momentgan.collective.Collective;
import io.momentgan.collective.Group;
import io.momentgan.collective.LocalCollectives;
import io.momentgan.collective.Meeting;
import io.momentgan.config.Experiment;
import io.momentgan.config.Seeds;
import io.momentgan.data.ImageShape;
import io.momentgan.engine.ArrayRows;
import io.momentgan.engine.Dl4jPair;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.moments.Clusters;
import io.momentgan.moments.Moments;
import io.momentgan.moments.RealSide;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.Network;
import io.momentgan.network.state.ReplayBuffer;
import io.momentgan.step.loss.LogitLoss;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class GanStepTest {
  private static final int FEATURES = 6;
  private static final ImageShape IMAGE = new ImageShape(1, 1, FEATURES);
  private static final int BATCH = 8;
  private static final String BATCH_NORM =
      "generator.layers=[{type: dense, units: 5, batch-norm: true}]";
  private static final String DISCRIMINATOR_BATCH_NORM =
      "discriminator.layers=[{type: dense, units: 4, batch-norm: true}]";

  /** Features of images, before a layer that would drop some of them. */
  private static final String DEEP_MATCHING =
      "loss.generator=feature-matching;loss.features.layer=2;discriminator.layers=[{type: dense, units: 4}, {type: dense, units: 3, batch-norm: true, dropout: 0.5}, {type: dense, units: 3}]";

  private final Collective alone = LocalCollectives.alone();

  @AfterEach
  void leave() {
    alone.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "loss.generator=non-saturating",
        "loss.generator=minimax",
        "moments.mean-weight=0.7",
        "moments.scope=partition",
        "loss.generator=feature-matching",
        "loss.generator=feature-matching;loss.features.layer=1;loss.features.distance=absolute",
        DEEP_MATCHING,
        "train.fresh-batches=true",
        "loss.type=relativistic",
        BATCH_NORM
      })
  void generatorGradientEqualsFiniteDifferences(String setting) {
    Experiment experiment = gradientTaking("generator", setting);
    GanNetworks networks = GanNetworks.build(experiment, IMAGE, DataType.DOUBLE);
    INDArray real = real(1);
    double[] before = HostArrays.doubles(networks.generator().model().params());
    step(experiment, networks).iterate(batch(real), 0);
    double[] gradient = difference(before, networks.generator());
    double[] discriminator = HostArrays.doubles(networks.discriminator().model().params());

    GanNetworks probe = GanNetworks.build(experiment, IMAGE, DataType.DOUBLE);
    set(probe.discriminator(), discriminator);
    for (int i : trainable(probe.generator())) {
      double up = generatorLoss(experiment, probe, moved(before, i, 1e-5), real);
      double down = generatorLoss(experiment, probe, moved(before, i, -1e-5), real);
      assertThat(gradient[i]).as("parameter %d", i).isCloseTo((up - down) / 2e-5, within(1e-5));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"loss.real-target=0.9", "loss.fake-target=0.1", DISCRIMINATOR_BATCH_NORM})
  void discriminatorGradientEqualsFiniteDifferences(String setting) {
    Experiment experiment = gradientTaking("discriminator", setting);
    GanNetworks networks = GanNetworks.build(experiment, IMAGE, DataType.DOUBLE);
    INDArray real = real(2);
    INDArray fake = networks.generator().forward(latent(experiment)).dup();
    double[] before = HostArrays.doubles(networks.discriminator().model().params());
    step(experiment, networks).iterate(batch(real), 0);
    double[] gradient = difference(before, networks.discriminator());

    GanNetworks probe = GanNetworks.build(experiment, IMAGE, DataType.DOUBLE);
    for (int i : trainable(probe.discriminator())) {
      double up = discriminatorLoss(experiment, probe, moved(before, i, 1e-5), real, fake);
      double down = discriminatorLoss(experiment, probe, moved(before, i, -1e-5), real, fake);
      assertThat(gradient[i]).as("parameter %d", i).isCloseTo((up - down) / 2e-5, within(1e-5));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"name=plain", BATCH_NORM, DISCRIMINATOR_BATCH_NORM})
  void eachNetworkIsUntouchedByTheOthersUpdates(String setting) {
    Experiment onlyG =
        Experiments.small("discriminator.optimizer.type=sgd", setting, rate("discriminator"));
    GanNetworks networks = GanNetworks.build(onlyG, IMAGE, DataType.FLOAT);
    GanStep step = step(onlyG, networks);
    // Several iterations with generator updates only: the discriminator's rate underflows to
    // nothing,
    // so whatever changed in it came from the generator's updates.
    float[] before = trainableValues(networks.discriminator());
    float[] generatorBefore = networks.generator().state().params();
    for (int i = 0; i < 5; i++) {
      step.iterate(batch(real(i).castTo(DataType.FLOAT)), i);
    }
    assertThat(trainableValues(networks.discriminator())).isEqualTo(before);
    assertThat(networks.generator().state().params()).isNotEqualTo(generatorBefore);

    Experiment onlyD =
        Experiments.small("generator.optimizer.type=sgd", setting, rate("generator"));
    GanNetworks others = GanNetworks.build(onlyD, IMAGE, DataType.FLOAT);
    float[] generator = trainableValues(others.generator());
    step(onlyD, others).iterate(batch(real(1).castTo(DataType.FLOAT)), 0);
    assertThat(trainableValues(others.generator())).isEqualTo(generator);
  }

  @Test
  void runningStatisticsOfTheDiscriminatorMoveOnlyByItsOwnUpdates() {
    Experiment experiment = Experiments.small(DISCRIMINATOR_BATCH_NORM, "train.g-steps=1");
    Experiment more = Experiments.small(DISCRIMINATOR_BATCH_NORM, "train.g-steps=3");
    GanNetworks one = GanNetworks.build(experiment, IMAGE, DataType.FLOAT);
    GanNetworks three = GanNetworks.build(more, IMAGE, DataType.FLOAT);
    step(experiment, one).iterate(batch(real(1).castTo(DataType.FLOAT)), 0);
    step(more, three).iterate(batch(real(1).castTo(DataType.FLOAT)), 0);
    assertThat(three.discriminator().state().params())
        .isEqualTo(one.discriminator().state().params());
    assertThat(three.generator().state().params()).isNotEqualTo(one.generator().state().params());
  }

  @Test
  void evaluatingChangesNothing() {
    Experiment experiment = Experiments.small(BATCH_NORM, DISCRIMINATOR_BATCH_NORM);
    GanNetworks networks = GanNetworks.build(experiment, IMAGE, DataType.FLOAT);
    INDArray real = real(1).castTo(DataType.FLOAT);
    GanStep step = step(experiment, networks);
    step.iterate(batch(real), 0);
    float[] g = networks.generator().state().params();
    float[] d = networks.discriminator().state().params();
    Losses losses = step.evaluate(RealBatches.shared(batch(real)), 0);
    assertThat(networks.generator().state().params()).isEqualTo(g);
    assertThat(networks.discriminator().state().params()).isEqualTo(d);
    assertThat(step.evaluate(RealBatches.shared(batch(real)), 0)).isEqualTo(losses);
  }

  @Test
  void withoutWeightTheTrainingIsThePlainGanBitForBit() {
    float[] unweighted = trained("moments.mean-weight=0", "moments.variance-weight=0");
    float[] unmeasured =
        trained("moments.mean-weight=0", "moments.variance-weight=0", "moments.scope=none");
    assertThat(unweighted).isEqualTo(unmeasured);
    assertThat(trained("name=weighted")).isNotEqualTo(unmeasured);
  }

  @Test
  void lossIsTheSumOfItsParts() {
    Experiment experiment =
        Experiments.small("moments.mean-weight=0.1", "moments.variance-weight=0.1");
    GanNetworks networks = GanNetworks.build(experiment, IMAGE, DataType.FLOAT);
    Losses losses = step(experiment, networks).iterate(batch(real(1).castTo(DataType.FLOAT)), 0);
    assertThat(losses.generator())
        .isCloseTo(
            losses.generatorBce() + losses.momentMean() + losses.momentVariance(), within(1e-5));
  }

  @Test
  void sameLatentVectorsServeBothNetworks() {
    Experiment experiment =
        Experiments.small("discriminator.optimizer.type=sgd", rate("discriminator"));
    GanNetworks networks = GanNetworks.build(experiment, IMAGE, DataType.DOUBLE);
    INDArray fake = networks.generator().forward(latent(experiment)).dup();
    double expected =
        LogitLoss.generator(
                HostArrays.doubles(networks.discriminator().forward(fake)),
                new double[0],
                experiment.loss())
            .mean();
    Losses losses = step(experiment, networks).iterate(batch(real(1)), 0);
    assertThat(losses.generatorBce()).isCloseTo(expected, within(1e-9));
    double fakeProbability =
        LogitLoss.meanProbability(HostArrays.doubles(networks.discriminator().forward(fake)));
    assertThat(losses.dFake()).isCloseTo(fakeProbability, within(1e-9));
  }

  @Test
  void stepsAreCountedPerNetwork() {
    Experiment experiment = Experiments.small("train.d-steps=2", "train.g-steps=3");
    GanNetworks networks = GanNetworks.build(experiment, IMAGE, DataType.FLOAT);
    GanStep step = step(experiment, networks);
    for (int i = 0; i < 4; i++) {
      step.iterate(batch(real(i).castTo(DataType.FLOAT)), i);
    }
    assertThat(networks.discriminator().state().updates()).isEqualTo(8);
    assertThat(networks.generator().state().updates()).isEqualTo(12);
  }

  @Test
  void dropoutMasksAreOthersForEachIterationWorkerAndSeed() {
    boolean[] mask = mask(3, 0, 1);
    assertThat(mask(3, 0, 1)).isEqualTo(mask);
    assertThat(mask(4, 0, 1)).isNotEqualTo(mask);
    assertThat(mask(3, 1, 1)).isNotEqualTo(mask);
    assertThat(mask(3, 0, 2)).isNotEqualTo(mask);
    long kept = IntStream.range(0, mask.length).filter(i -> mask[i]).count();
    assertThat(kept).isBetween(60L, 140L);
  }

  /**
   * The units that dropout leaves while the discriminator sees one real image: the output's weights
   * that move. Generated images are 0 and the biases, too, so they move none, whatever z is.
   */
  private static boolean[] mask(long iteration, int rank, long seed) {
    int units = 200;
    Experiment experiment =
        Experiments.small(
            "discriminator.layers=[{type: dense, units: %d, dropout: 0.5}]".formatted(units),
            "moments.scope=none",
            "moments.mean-weight=0",
            "moments.variance-weight=0",
            "train.seed=" + seed);
    GanNetworks networks = GanNetworks.build(experiment, IMAGE, DataType.FLOAT);
    networks.generator().model().params().assign(0);
    INDArray weights = networks.discriminator().model().getLayer(1).getParam("W");
    INDArray before = weights.dup();
    long groups = 100 * iteration + 10L * rank + seed;
    Group group = new Group("masks", groups, 0, 0, 0);
    try (Collective worker =
        new LocalCollectives().join(group, rank, Meeting.of(2, Duration.ofSeconds(10)))) {
      new GanStep(
              experiment,
              new Dl4jPair(networks),
              worker,
              RealSide.UNKNOWN,
              false,
              Optional.empty(),
              new float[0],
              ReplayBuffer.EMPTY)
          .iterate(batch(Nd4j.ones(DataType.FLOAT, 1, FEATURES)), iteration);
    }
    boolean[] moved = new boolean[units];
    for (int i = 0; i < units; i++) {
      moved[i] = weights.getDouble(i) != before.getDouble(i);
    }
    return moved;
  }

  @Test
  void aLossThatIsNotFiniteIsReportedAndStopsTheTrainingAtTheNextExchange() {
    Experiment experiment = Experiments.small();
    GanNetworks networks = GanNetworks.build(experiment, IMAGE, DataType.FLOAT);
    INDArray broken = real(1).castTo(DataType.FLOAT).putScalar(0, Float.NaN);
    GanStep step = step(experiment, networks);
    assertThat(step.iterate(batch(broken), 0).isFinite()).isFalse();
    assertThat(step.hasStopped()).isFalse();
    step.iterate(batch(real(1).castTo(DataType.FLOAT)), 1);
    assertThat(step.hasStopped()).isTrue();
  }

  @Test
  void dataSetScopeComparesWithTheWholeDataSet() {
    Experiment experiment = Experiments.small("moments.scope=dataset");
    GanNetworks networks = GanNetworks.build(experiment, IMAGE, DataType.FLOAT);
    Moments far = new Moments(1000, new double[] {9, 9, 9, 9, 9, 9}, new double[FEATURES]);
    GanStep step =
        new GanStep(
            experiment,
            new Dl4jPair(networks),
            alone,
            new RealSide(Clusters.ONE, List.of(far)),
            false,
            Optional.empty(),
            new float[0],
            ReplayBuffer.EMPTY);
    Losses losses = step.iterate(batch(real(1).castTo(DataType.FLOAT)), 0);
    assertThat(losses.momentMean()).isBetween(0.1 * 6 * 8, 0.1 * 6 * 10);
  }

  private float[] trained(String... settings) {
    Experiment experiment = Experiments.small(settings);
    GanNetworks networks = GanNetworks.build(experiment, IMAGE, DataType.FLOAT);
    GanStep step = step(experiment, networks);
    for (int i = 0; i < 5; i++) {
      step.iterate(batch(real(i).castTo(DataType.FLOAT)), i);
    }
    return networks.generator().state().params();
  }

  private GanStep step(Experiment experiment, GanNetworks networks) {
    return new GanStep(
        experiment,
        new Dl4jPair(networks),
        alone,
        RealSide.UNKNOWN,
        false,
        Optional.empty(),
        new float[0],
        ReplayBuffer.EMPTY);
  }

  /** With plain gradient descent of rate 1 an update is the gradient. */
  private static Experiment gradientTaking(String network, String setting) {
    return Experiments.small(
        Stream.concat(
                Stream.of(network + ".optimizer.type=sgd", network + ".optimizer.learning-rate=1"),
                Stream.of(setting.split(";")))
            .toArray(String[]::new));
  }

  /** A rate so small that no float changes by it. */
  private static String rate(String network) {
    return network + ".optimizer.learning-rate=1.0e-60";
  }

  private double generatorLoss(
      Experiment experiment, GanNetworks networks, double[] params, INDArray real) {
    set(networks.generator(), params);
    return step(experiment, networks).evaluate(RealBatches.shared(batch(real)), 0).generator();
  }

  private static double discriminatorLoss(
      Experiment experiment, GanNetworks networks, double[] params, INDArray real, INDArray fake) {
    set(networks.discriminator(), params);
    return LogitLoss.crossEntropy(
                HostArrays.doubles(networks.discriminator().forward(real)),
                all(experiment.loss().realTarget(), (int) real.size(0)))
            .mean()
        + LogitLoss.crossEntropy(
                HostArrays.doubles(networks.discriminator().forward(fake)),
                all(experiment.loss().fakeTarget(), (int) fake.size(0)))
            .mean();
  }

  private static double[] all(double value, int count) {
    return DoubleStream.generate(() -> value).limit(count).toArray();
  }

  private static INDArray latent(Experiment experiment) {
    long seed = Seeds.of(experiment.train().seed(), Seeds.Use.LATENT, 0, 0, 0);
    float[] values = LatentVectors.draw(experiment.latent(), BATCH, seed);
    return HostArrays.toArray(values, BATCH, experiment.latent().size()).castTo(DataType.DOUBLE);
  }

  private static INDArray real(int seed) {
    double[] values = new Random(seed).doubles((long) BATCH * FEATURES, -1, 1).toArray();
    return Nd4j.createFromArray(values).reshape(BATCH, FEATURES);
  }

  private static double[] difference(double[] before, Network network) {
    double[] after = HostArrays.doubles(network.model().params());
    double[] result = new double[after.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = before[i] - after[i];
    }
    return result;
  }

  private static void set(Network network, double[] params) {
    network.model().params().assign(Nd4j.createFromArray(params));
  }

  private static double[] moved(double[] values, int at, double by) {
    double[] result = values.clone();
    result[at] += by;
    return result;
  }

  /** Indices of parameters that gradients reach: neither fixed scales nor running statistics. */
  static int[] trainable(Network network) {
    return IntStream.range(0, network.layout().length())
        .filter(i -> network.layout().gammas().stream().noneMatch(r -> i >= r.from() && i < r.to()))
        .filter(
            i ->
                network.layout().statistics().stream()
                    .noneMatch(s -> i >= s.mean().from() && i < s.variance().to()))
        .toArray();
  }

  private static float[] trainableValues(Network network) {
    float[] params = network.state().params();
    int[] indices = trainable(network);
    float[] values = new float[indices.length];
    for (int i = 0; i < indices.length; i++) {
      values[i] = params[indices[i]];
    }
    return values;
  }

  private static Batch batch(INDArray images) {
    return new Batch(new ArrayRows(images), new int[0]);
  }
}
