package io.momentgan.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.Experiments;
import io.momentgan.collective.Collective;
import io.momentgan.collective.LocalCollectives;
import io.momentgan.config.Experiment;
import io.momentgan.data.ImageShape;
import io.momentgan.engine.ArrayRows;
import io.momentgan.engine.Dl4jPair;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.moments.RealSide;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.state.NetworkState;
import io.momentgan.network.state.ReplayBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

/** Algorithm 1 of Goodfellow et al. 2014 on numbers of a normal distribution: images of a pixel. */
class GaussianToyTest {
  private static final ImageShape NUMBER = new ImageShape(1, 1, 1);
  private static final double MEAN = 2;
  private static final double DEVIATION = 1;
  private static final int BATCH = 100;
  private static final int D_STEPS = 3;
  private static final int MANY = 5000;

  private final Collective alone = LocalCollectives.alone();
  private GanStep step;

  @AfterEach
  void leave() {
    alone.close();
  }

  private GanNetworks networks(Experiment experiment) {
    GanNetworks networks = GanNetworks.build(experiment, NUMBER, DataType.FLOAT);
    step =
        new GanStep(
            experiment,
            new Dl4jPair(networks),
            alone,
            RealSide.UNKNOWN,
            false,
            Optional.empty(),
            new float[0],
            ReplayBuffer.EMPTY);
    return networks;
  }

  private static Experiment experiment(String... more) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "latent.size=1",
                "latent.distribution=gaussian",
                "generator.layers=[]",
                "generator.output=identity",
                "discriminator.layers=[{type: dense, units: 16, activation: softplus}, {type: dense, units: 16, activation: softplus}]",
                "discriminator.optimizer.learning-rate=0.3",
                "loss.real-target=1.0",
                "train.fresh-batches=true",
                "train.d-steps=" + D_STEPS,
                "moments.scope=none",
                "moments.mean-weight=0",
                "moments.variance-weight=0"));
    for (String network : List.of("generator", "discriminator")) {
      all.add(network + ".optimizer.type=momentum");
      all.add(network + ".optimizer.nesterov=false");
      all.add(network + ".optimizer.momentum=0.5");
    }
    all.addAll(List.of(more));
    return Experiments.small(all.toArray(String[]::new));
  }

  private static Batch real(Random random) {
    float[] values = new float[BATCH];
    for (int i = 0; i < BATCH; i++) {
      values[i] = (float) (MEAN + DEVIATION * random.nextGaussian());
    }
    return new Batch(new ArrayRows(HostArrays.toArray(values, BATCH, 1)), new int[0]);
  }

  private static RealBatches batches(Random random) {
    return new RealBatches(
        IntStream.rangeClosed(0, D_STEPS).mapToObj(i -> real(random)).toList(), List.of());
  }

  @Test
  void theGeneratorLearnsMeanAndDeviation() {
    Experiment experiment = experiment("generator.optimizer.learning-rate=0.02");
    GanNetworks networks = networks(experiment);
    assertThat(drawn(experiment, networks).getMean()).isCloseTo(0, within(0.1));
    Random random = new Random(1);
    for (int i = 0; i < 800; i++) {
      step.iterate(batches(random), i);
    }
    SummaryStatistics drawn = drawn(experiment, networks);
    assertThat(drawn.getMean()).isCloseTo(MEAN, within(0.1 * MEAN));
    assertThat(drawn.getStandardDeviation()).isCloseTo(DEVIATION, within(0.1 * DEVIATION));
    assertThat(networks.discriminator().state().updates()).isEqualTo(800 * D_STEPS);
    assertThat(networks.generator().state().updates()).isEqualTo(800);
  }

  private static SummaryStatistics drawn(Experiment experiment, GanNetworks networks) {
    float[] z = LatentVectors.draw(experiment.latent(), MANY, 9);
    SummaryStatistics drawn = new SummaryStatistics();
    for (float value :
        HostArrays.floats(networks.generator().sample(HostArrays.toArray(z, MANY, 1)))) {
      drawn.addValue(value);
    }
    return drawn;
  }

  /** The optimum of theorem 1, p_g = p_data, where V = -log 4. */
  @Tag("long")
  @Test
  void theDiscriminatorCannotTellTheDataFromThemselves() {
    // A rate so small that no float changes by it.
    GanNetworks networks = networks(experiment("generator.optimizer.learning-rate=1.0e-60"));
    Random random = new Random(1);
    assertThat(discriminatorLoss(random, 0)).isLessThan(1);
    float[] data = {(float) DEVIATION, (float) MEAN}; // weight and bias
    networks.generator().load(new NetworkState(data, new float[0], 0));
    assertThat(discriminatorLoss(random, 500)).isCloseTo(2 * Math.log(2), within(0.02));
    assertThat(networks.generator().state().params()).isEqualTo(data);
  }

  /** Iterates 500 times and averages D's loss over the last 100. */
  private double discriminatorLoss(Random random, int from) {
    SummaryStatistics losses = new SummaryStatistics();
    for (int i = from; i < from + 500; i++) {
      Losses found = step.iterate(batches(random), i);
      if (i >= from + 400) {
        losses.addValue(found.discriminatorBce());
      }
    }
    return losses.getMean();
  }
}
