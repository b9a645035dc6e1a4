package io.momentgan.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.Experiments;
import io.momentgan.collective.Collective;
import io.momentgan.collective.Exchange;
import io.momentgan.collective.Group;
import io.momentgan.collective.LocalCollectives;
import io.momentgan.collective.Meeting;
import io.momentgan.collective.Message;
import io.momentgan.config.Exchanges;
import io.momentgan.config.Experiment;
import io.momentgan.data.ImageShape;
import io.momentgan.engine.ArrayRows;
import io.momentgan.engine.Dl4jPair;
import io.momentgan.moments.Clusters;
import io.momentgan.moments.Moments;
import io.momentgan.moments.RealSide;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.state.ReplayBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The exchanges between workers, by the settings that make them. */
class ExchangesTest {
  private static final ImageShape IMAGE = new ImageShape(1, 1, 6);
  private static final int BATCH = 8;
  private static final AtomicLong GROUPS = new AtomicLong();
  private static final String SCOPE_NONE =
      "moments.scope=none;moments.mean-weight=0;moments.variance-weight=0";

  /** Hands each message back, as if the other worker had sent the same. */
  private static final class Counting implements Collective {
    private int exchanges;

    @Override
    public int rank() {
      return 0;
    }

    @Override
    public int size() {
      return 2;
    }

    @Override
    public <M extends Message> Exchange<M> begin(M contribution) {
      exchanges++;
      return () -> contribution;
    }

    @Override
    public void abort(String reason) {}

    @Override
    public void close() {}
  }

  /** Each group of settings that might make an exchange, beside moments that make none. */
  static Stream<String> settings() {
    List<String> scopes = List.of(SCOPE_NONE, "moments.scope=partition");
    List<String> others =
        List.of(
            "name=alone",
            "train.averaging-frequency=1",
            "train.gradients=shared",
            "train.warm-up=[{epochs: 1, averaging-frequency: 1}]",
            "train.thresholds.d-loss=0.5",
            "train.thresholds.g-loss=0.5",
            "train.d-steps=3;train.g-steps=2;train.fresh-latent=true",
            "loss.separate-updates=true;loss.flip=0.1",
            "discriminator-input.replay-capacity=20;discriminator-input.noise-sd=0.1",
            "discriminator-input.opponent-rounds=1",
            "averaging.outer.type=nesterov;averaging.second-moment-period=2",
            "evaluation.every=1",
            "labels.classes=3;labels.discriminator=class-head",
            "generator.layers=[{type: dense, units: 5, batch-norm: true, dropout: 0.2}]");
    return Stream.concat(
        scopes.stream().flatMap(scope -> others.stream().map(other -> scope + ";" + other)),
        Stream.of("moments.scope=global", "moments.scope=dataset", "moments.per-class=true"));
  }

  @ParameterizedTest
  @MethodSource("settings")
  void workersExchangeSomethingWhereTheSettingsAreSaidTo(String settings) {
    Experiment experiment = Experiments.small(settings.split(";"));
    GanNetworks networks = GanNetworks.build(experiment, IMAGE, DataType.FLOAT);
    Counting counting = new Counting();
    GanStep step =
        new GanStep(
            experiment,
            new Dl4jPair(networks),
            counting,
            realSide(),
            experiment.train().everSharesGradients(),
            Optional.empty(),
            networks.generator().state().params(),
            ReplayBuffer.EMPTY);
    for (int iteration = 0; iteration < 2; iteration++) {
      step.iterate(batch(iteration), iteration);
    }
    step.evaluate(RealBatches.shared(batch(1)), 1);
    assertThat(counting.exchanges > 0).isEqualTo(Exchanges.of(experiment).any());
  }

  @Test
  void anExchangeThatTheSettingsAreNotSaidToMakeIsRefused() {
    Collective known = new KnownExchanges(new Counting(), new Exchanges(false, false, false));
    assertThatThrownBy(() -> known.merge(Message.NONE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("its settings say that nothing is exchanged");
  }

  /** A worker whose partner went on would wait for it, for at most the group's deadline. */
  @ParameterizedTest
  @Timeout(60)
  @CsvSource(
      delimiter = '|',
      value = {
        SCOPE_NONE + "|train.thresholds.d-loss=0.5",
        SCOPE_NONE + "|train.thresholds.g-loss=0.5",
        SCOPE_NONE + "|train.averaging-frequency=1",
        SCOPE_NONE + "|train.gradients=shared",
        "moments.scope=partition|train.thresholds.d-loss=0.5",
        "moments.scope=partition|train.thresholds.g-loss=0.5",
        "moments.scope=partition|train.averaging-frequency=1",
        "moments.scope=dataset|name=a",
        "moments.scope=global|name=a"
      })
  void aLossThatIsNotFiniteStopsAllWorkersAtTheSameIteration(String scope, String setting) {
    List<String> settings = new ArrayList<>(List.of(scope.split(";")));
    settings.add(setting);
    settings.add("train.workers=2");
    Experiment experiment = Experiments.small(settings.toArray(String[]::new));
    LocalCollectives collectives = new LocalCollectives();
    Group group = new Group("not finite", GROUPS.incrementAndGet(), 0, 0, 0);
    List<CompletableFuture<Integer>> workers =
        Stream.of(0, 1)
            .map(
                rank ->
                    CompletableFuture.supplyAsync(
                        () ->
                            stopsAt(
                                experiment,
                                collectives.join(
                                    group, rank, Meeting.of(2, Duration.ofSeconds(30))))))
            .toList();
    assertThat(workers.stream().map(CompletableFuture::join)).containsExactly(2, 2);
  }

  /**
   * The iteration at which a worker stops; images of worker 1 are not finite from the second on.
   */
  private static int stopsAt(Experiment experiment, Collective collective) {
    GanNetworks networks = GanNetworks.build(experiment, IMAGE, DataType.FLOAT);
    try (collective) {
      GanStep step =
          new GanStep(
              experiment,
              new Dl4jPair(networks),
              collective,
              realSide(),
              experiment.train().everSharesGradients(),
              Optional.empty(),
              new float[0],
              ReplayBuffer.EMPTY);
      int iteration = 0;
      while (iteration < 10 && !step.hasStopped()) {
        Batch batch = batch(iteration);
        if (collective.rank() == 1 && iteration == 1) {
          ((ArrayRows) batch.images()).array().putScalar(0, Float.NaN);
        }
        step.iterate(batch, iteration);
        iteration++;
      }
      return iteration - 1;
    }
  }

  private static RealSide realSide() {
    Moments whole = Moments.of(new double[] {0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1}, 6);
    return new RealSide(Clusters.ONE, List.of(whole));
  }

  private static Batch batch(int iteration) {
    INDArray images = Nd4j.linspace(DataType.FLOAT, -1 + 0.1 * iteration, 0.04, BATCH * 6L);
    return new Batch(new ArrayRows(images.reshape(BATCH, 6)), new int[] {0, 1, 2, 0, 1, 2, 0, 1});
  }
}
