package io.momentgan.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.Experiments;
import io.momentgan.collective.Collective;
import io.momentgan.collective.LocalCollectives;
import io.momentgan.config.ConfigException;
import io.momentgan.config.DiscriminatorInputConfig;
import io.momentgan.config.Experiment;
import io.momentgan.data.ImageShape;
import io.momentgan.engine.ArrayRows;
import io.momentgan.engine.Dl4jPair;
import io.momentgan.engine.Rows;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.moments.RealSide;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.state.NetworkState;
import io.momentgan.network.state.ReplayBuffer;
import io.momentgan.network.state.Snapshot;
import io.momentgan.step.DiscriminatorInput.Shown;
import io.momentgan.step.loss.Targets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The list of GAN hacks: labels, noise, replay, kinds of updates. */
class HacksTest {
  private static final ImageShape IMAGE = new ImageShape(1, 1, 6);
  private static final int MANY = 20_000;

  @Test
  void targetsAreDrawnFromTheirRanges() {
    Targets targets = targets("loss.real-range=[0.7, 1.2]", "loss.fake-range=[0.0, 0.3]");
    double[] real = targets.draw(true, MANY, 3, 0);
    double[] fake = targets.draw(false, MANY, 3, 0);
    assertThat(DoubleStream.of(real)).allMatch(t -> t >= 0.7 && t < 1.2);
    assertThat(DoubleStream.of(fake)).allMatch(t -> t >= 0 && t < 0.3);
    // Three standard errors of a uniform's mean.
    assertThat(mean(real)).isCloseTo(0.95, within(3 * 0.5 / Math.sqrt(12.0 * MANY)));
    assertThat(mean(fake)).isCloseTo(0.15, within(3 * 0.3 / Math.sqrt(12.0 * MANY)));
    assertThat(targets.draw(true, MANY, 3, 0)).isEqualTo(real);
    assertThat(targets.draw(true, MANY, 4, 0)).isNotEqualTo(real);
  }

  @Test
  void rangesOfRealTargetsAloneLeaveTheOthersFixed() {
    Targets targets = targets("loss.real-range=[0.7, 1.0]");
    assertThat(targets.draw(false, 50, 0, 0)).containsOnly(0);
  }

  @Test
  void aShareOfTheLabelsIsFlipped() {
    int thousand = 1000;
    double flipped =
        Arrays.stream(targets("loss.flip=0.05").draw(true, thousand, 1, 0))
            .filter(t -> t == 0)
            .count();
    assertThat(flipped).isCloseTo(50, within(21.0));
    double[] signs = targets("loss.flip=0.05", "loss.type=hinge").draw(false, thousand, 1, 0);
    assertThat(Arrays.stream(signs).filter(t -> t == 1).count()).isBetween(29L, 71L);
    assertThat(signs).contains(-1);
  }

  @Test
  void noiseFollowsItsSchedule() {
    DiscriminatorInput input =
        input("discriminator-input.noise-sd=0.4", "discriminator-input.noise-iterations=100");
    Rows images = new ArrayRows(Nd4j.zeros(DataType.FLOAT, 400, 50));
    double start = sd(input.noisy(images, Shown.REAL, 0, 0));
    assertThat(start).isCloseTo(0.4, within(0.01));
    assertThat(sd(input.noisy(images, Shown.REAL, 75, 0))).isCloseTo(0.1, within(0.0025));
    assertThat(input.noisy(images, Shown.REAL, 100, 0)).isSameAs(images);
    assertThat(sd(images)).isZero();
    assertThat(input.noisy(images, Shown.FAKE, 0, 0))
        .isNotEqualTo(input.noisy(images, Shown.REAL, 0, 0));
  }

  /**
   * Over rounds of 10 batches, each beginning with the buffer that the one before left, as a
   * training has it; 50 images x 10 batches fill the preset's buffer just at a round's end.
   */
  @ParameterizedTest
  @CsvSource({"500, 0.5, 50", "500, 0.1, 64", "20, 0.3, 50", "100000, 0.5, 50"})
  void theShareOfReplayedImagesOverRoundsIsWhatIsAsked(int capacity, double share, int batch) {
    int batches = 80;
    ReplayBuffer buffer = ReplayBuffer.EMPTY;
    DiscriminatorInput input = null;
    Map<Integer, Integer> ages = new TreeMap<>();
    Set<Float> remembered = new HashSet<>();
    int replayed = 0;
    for (int iteration = 0; iteration < batches; iteration++) {
      if (iteration % 10 == 0) {
        input = replay(capacity, share, buffer);
      }
      INDArray fake = numbered(iteration, batch);
      float[] shown = input.replayed(batch(fake), iteration, 0).images().floats();
      assertThat(HostArrays.floats(fake)).isEqualTo(HostArrays.floats(numbered(iteration, batch)));
      for (int i = 0; i < batch; i++) {
        float number = shown[2 * i];
        assertThat(shown[2 * i + 1]).isEqualTo(-number);
        boolean old = number < (float) iteration * batch;
        assertThat(old ? remembered.contains(number) : number == iteration * batch + i).isTrue();
        replayed += old ? 1 : 0;
        ages.merge(old ? iteration - (int) number / batch : 0, 1, Integer::sum);
      }
      buffer = input.buffer();
      remembered = numbers(buffer);
      assertThat(remembered).hasSize(buffer.count()).hasSizeLessThanOrEqualTo(capacity);
    }
    double drawn = (batches - 1.0) * batch;
    assertThat(replayed / drawn)
        .isCloseTo(share, within(3 * Math.sqrt(share * (1 - share) / drawn)));
    // A buffer of one round would show images of at most nine batches ago.
    assertThat(ages.keySet().stream().anyMatch(age -> age >= 10) || capacity < 500).isTrue();
    assertThat(buffer.count() == capacity).isEqualTo(capacity <= 500);
  }

  /** Images (k, -k) with k the number of the image in the whole training. */
  private static INDArray numbered(int iteration, int batch) {
    INDArray images = Nd4j.zeros(DataType.FLOAT, batch, 2);
    for (int i = 0; i < batch; i++) {
      images.putScalar(i, 0, iteration * batch + i);
      images.putScalar(i, 1, -(iteration * batch + i));
    }
    return images;
  }

  private static Set<Float> numbers(ReplayBuffer buffer) {
    Set<Float> numbers = new HashSet<>();
    for (float[] image : buffer.images()) {
      numbers.add(image[0]);
    }
    return numbers;
  }

  private static DiscriminatorInput replay(int capacity, double share, ReplayBuffer buffer) {
    return new DiscriminatorInput(
        Experiments.small(
                "discriminator-input.replay-capacity=" + capacity,
                "discriminator-input.replay-share=" + share)
            .discriminatorInput(),
        1,
        0,
        buffer);
  }

  @Test
  void eachWorkerReplaysByItsOwnDraws() {
    DiscriminatorInputConfig config =
        Experiments.small("discriminator-input.replay-capacity=50").discriminatorInput();
    List<float[]> shown = new ArrayList<>();
    for (int rank = 0; rank < 2; rank++) {
      DiscriminatorInput input = new DiscriminatorInput(config, 1, rank, ReplayBuffer.EMPTY);
      input.replayed(batch(numbered(0, 50)), 0, 0);
      shown.add(input.replayed(batch(numbered(1, 50)), 1, 0).images().floats());
    }
    assertThat(shown.get(1)).isNotEqualTo(shown.get(0));
  }

  @Test
  void anOlderGeneratorIsFacedInItsShareOfTheUpdatesAndLeavesNoTrace() {
    Experiment experiment =
        Experiments.small(
            "discriminator-input.opponent-rounds=1", "discriminator-input.opponent-share=0.3");
    GanNetworks networks = networks(experiment);
    float[] own = networks.generator().state().params();
    float[] older = networks(Experiments.small("train.seed=9")).generator().state().params();
    INDArray z = Nd4j.valueArrayOf(new long[] {2, 3}, 0.5, DataType.FLOAT);
    float[] images = HostArrays.floats(networks.generator().forwardAs(older, z, new int[0]));
    assertThat(networks.generator().state().params()).isEqualTo(own);
    assertThat(images).isNotEqualTo(HostArrays.floats(networks.generator().forward(z)));
    GanNetworks others = networks(Experiments.small("train.seed=9"));
    assertThat(HostArrays.floats(others.generator().forward(z))).isEqualTo(images);
    int faced = 0;
    int updates = 400;
    for (int iteration = 0; iteration < updates; iteration++) {
      faced += isFaced(networks, older, iteration) ? 1 : 0;
    }
    assertThat((double) faced / updates).isCloseTo(0.3, within(3 * Math.sqrt(0.3 * 0.7 / updates)));
  }

  /** Whether the discriminator comes to something else than without the older generator. */
  private static boolean isFaced(GanNetworks networks, float[] older, long iteration) {
    Experiment experiment =
        Experiments.small(
            "discriminator-input.opponent-rounds=1", "discriminator-input.opponent-share=0.3");
    Snapshot start = networks.initialSnapshot();
    step(experiment, networks).iterate(batch(real()), iteration);
    float[] alone = networks.discriminator().state().params();
    networks.load(start);
    new GanStep(
            experiment,
            new Dl4jPair(networks),
            alone(),
            RealSide.UNKNOWN,
            false,
            Optional.empty(),
            older,
            ReplayBuffer.EMPTY)
        .iterate(batch(real()), iteration);
    boolean faced = !Arrays.equals(networks.discriminator().state().params(), alone);
    networks.load(start);
    return faced;
  }

  @Test
  void separateUpdatesAreTwoPerIteration() {
    GanNetworks joint = networks(Experiments.small());
    GanNetworks separate = networks(Experiments.small("loss.separate-updates=true"));
    step(Experiments.small(), joint).iterate(batch(real()), 0);
    step(Experiments.small("loss.separate-updates=true"), separate).iterate(batch(real()), 0);
    assertThat(joint.discriminator().state().updates()).isEqualTo(1);
    assertThat(separate.discriminator().state().updates()).isEqualTo(2);
    assertThat(separate.discriminator().state().params())
        .isNotEqualTo(joint.discriminator().state().params());
  }

  @Test
  void batchNormOfTheDiscriminatorMixesNoRealWithGeneratedImages() {
    Experiment experiment =
        Experiments.small("discriminator.layers=[{type: dense, units: 4, batch-norm: true}]");
    Losses losses = step(experiment, networks(experiment)).iterate(batch(real()), 0);
    Losses darker = step(experiment, networks(experiment)).iterate(batch(real().mul(0.5)), 0);
    assertThat(darker.dFake()).isEqualTo(losses.dFake());
    assertThat(darker.dReal()).isNotEqualTo(losses.dReal());
    GanNetworks others = networks(experiment);
    others.generator().model().params().muli(1.5);
    Losses generated = step(experiment, others).iterate(batch(real()), 0);
    assertThat(generated.dReal()).isEqualTo(losses.dReal());
    assertThat(generated.dFake()).isNotEqualTo(losses.dFake());
  }

  @Test
  void clippingBoundsWeightsButNotBatchNorm() {
    Experiment experiment =
        Experiments.small(
            "loss.type=wasserstein",
            "loss.clip=0.01",
            "discriminator.layers=[{type: dense, units: 4, batch-norm: true}]");
    GanNetworks networks = networks(experiment);
    step(experiment, networks).iterate(batch(real()), 0);
    INDArray weights = networks.discriminator().model().getLayer(0).getParam("W");
    assertThat(weights.amaxNumber().doubleValue()).isCloseTo(0.01, within(1e-9));
    assertThat(
            networks
                .discriminator()
                .model()
                .getLayer(1)
                .getParam("gamma")
                .amaxNumber()
                .doubleValue())
        .isEqualTo(1);
    assertThat(
            networks.discriminator().model().getLayer(1).getParam("var").amaxNumber().doubleValue())
        .isGreaterThan(0.5);
  }

  @Test
  void generatorAdvantageCountsExactlyWithTheSameOrFreshLatentVectors() {
    for (int advantage : new int[] {1, 2, 4, 50}) {
      GanNetworks networks = networks(Experiments.small("train.g-steps=" + advantage));
      GanStep step = step(Experiments.small("train.g-steps=" + advantage), networks);
      step.iterate(batch(real()), 0);
      step.iterate(batch(real()), 1);
      assertThat(networks.generator().state().updates()).isEqualTo(2 * advantage);
      assertThat(networks.discriminator().state().updates()).isEqualTo(2);
    }
    NetworkState same = trained("train.g-steps=2");
    assertThat(trained("train.g-steps=2", "train.fresh-latent=true").params())
        .isNotEqualTo(same.params());
    assertThat(trained("train.fresh-latent=true").params()).isEqualTo(trained().params());
  }

  @Test
  void thresholdsGoOnUntilTheCapAndStopBelow() {
    assertUpdates(1, 1, "train.thresholds.d-loss=100", "train.thresholds.g-loss=100");
    assertUpdates(
        7,
        7,
        "train.thresholds.d-loss=1.0e-9",
        "train.thresholds.g-loss=1.0e-9",
        "train.thresholds.most-steps=7");
    assertUpdates(5, 1, "train.thresholds.d-loss=1.0e-9");
    assertUpdates(2, 3, "train.d-steps=2", "train.g-steps=3", "train.thresholds.g-loss=100");
  }

  private static void assertUpdates(int ofD, int ofG, String... settings) {
    Experiment experiment = Experiments.small(settings);
    GanNetworks networks = networks(experiment);
    step(experiment, networks).iterate(batch(real()), 0);
    assertThat(networks.discriminator().state().updates()).isEqualTo(ofD);
    assertThat(networks.generator().state().updates()).isEqualTo(ofG);
  }

  @Test
  void everyHackLeavesTheOtherNetworkAlone() {
    for (String hack :
        new String[] {
          "loss.type=least-squares",
          "loss.type=hinge",
          "loss.flip=0.2",
          "loss.separate-updates=true",
          "discriminator-input.noise-sd=0.2",
          "discriminator-input.replay-capacity=4"
        }) {
      Experiment experiment =
          Experiments.small(
              hack, "generator.optimizer.type=sgd", "generator.optimizer.learning-rate=1.0e-30");
      GanNetworks networks = networks(experiment);
      float[] before = networks.generator().state().params();
      Losses losses = step(experiment, networks).iterate(batch(real()), 0);
      assertThat(networks.generator().state().params())
          .as(hack)
          .containsExactly(before, within(1e-20f));
      assertThat(losses.isFinite()).isTrue();
    }
  }

  @Test
  void contradictionsAreRefused() {
    assertThatThrownBy(() -> Experiments.small("loss.type=wasserstein"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("loss.clip")
        .hasMessageContaining("0.01");
    assertThatThrownBy(() -> Experiments.small("loss.type=hinge", "loss.real-range=[0.7, 1.2]"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("loss.real-range");
    assertThatThrownBy(() -> Experiments.small("loss.fake-range=[0.3, 0.1]"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("loss.fake-range");
  }

  private static NetworkState trained(String... settings) {
    Experiment experiment = Experiments.small(settings);
    GanNetworks networks = networks(experiment);
    step(experiment, networks).iterate(batch(real()), 0);
    return networks.generator().state();
  }

  private static GanNetworks networks(Experiment experiment) {
    return GanNetworks.build(experiment, IMAGE, DataType.FLOAT);
  }

  private static GanStep step(Experiment experiment, GanNetworks networks) {
    return new GanStep(
        experiment,
        new Dl4jPair(networks),
        alone(),
        RealSide.UNKNOWN,
        false,
        Optional.empty(),
        new float[0],
        ReplayBuffer.EMPTY);
  }

  private static Collective alone() {
    return LocalCollectives.alone();
  }

  private static INDArray real() {
    Nd4j.getRandom().setSeed(3);
    return Nd4j.rand(DataType.FLOAT, 8, IMAGE.features());
  }

  private static Targets targets(String... settings) {
    return new Targets(Experiments.small(settings).loss(), 1, 0);
  }

  private static DiscriminatorInput input(String... settings) {
    return new DiscriminatorInput(
        Experiments.small(settings).discriminatorInput(), 1, 0, ReplayBuffer.EMPTY);
  }

  private static double sd(Rows values) {
    return Math.sqrt(DoubleStream.of(values.doubles()).map(v -> v * v).average().orElseThrow());
  }

  private static double mean(double[] values) {
    return DoubleStream.of(values).average().orElseThrow();
  }

  private static Batch batch(INDArray images) {
    return new Batch(new ArrayRows(images), new int[0]);
  }
}
