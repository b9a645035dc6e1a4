package io.momentgan.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.Experiments;
import io.momentgan.collective.Collective;
import io.momentgan.collective.LocalCollectives;
import io.momentgan.config.Experiment;
import io.momentgan.data.Images;
import io.momentgan.data.sets.DataSets;
import io.momentgan.engine.ArrayRows;
import io.momentgan.engine.Dl4jPair;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.moments.RealSide;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.Network;
import io.momentgan.network.state.NetworkState;
import io.momentgan.network.state.ReplayBuffer;
import io.momentgan.partition.Shard;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Trainings by the fast kernels beside the same by Deeplearning4j's own. */
class KernelsTest {
  private static final String STOCK = "kernels=stock";
  private static final int BATCH = 100;
  private static final int ITERATIONS = 200;

  /**
   * Two trainings of a GAN that round differently part for good after some hundred iterations, as
   * Adam makes full steps of gradients that are nothing but rounding. So the tolerance is 1e-3 for
   * the first 50 iterations (measured: 1e-5), and over all 200 on average ten times what an ulp in
   * each parameter and iteration does to the stock training (measured: three to four times). A step
   * size that is off by 1e-5 fails both.
   */
  @Tag("long")
  @Test
  void curvesAgreeOverTwoHundredIterations() {
    Experiment experiment = Experiments.named("ff-5", STOCK);
    List<Losses> stock = curve(experiment, ITERATIONS, false);
    List<Losses> rounded = curve(experiment, ITERATIONS, true);
    List<Losses> fast = curve(Experiments.named("ff-5"), ITERATIONS, false);
    assertClose(fast.subList(0, 50), stock);
    assertThat(distance(fast, stock, Losses::discriminator))
        .isLessThan(10 * distance(rounded, stock, Losses::discriminator));
    assertThat(distance(fast, stock, Losses::generator))
        .isLessThan(10 * distance(rounded, stock, Losses::generator));
    assertThat(fast.get(ITERATIONS - 1).momentMean()).as("trained").isLessThan(10);
  }

  /** Without dropout, whose masks the kernels draw in other ways. */
  @ParameterizedTest
  @CsvSource({
    "ff-1, generator.slope=0.01, 20",
    "ff-7-as-coded, generator.layers.0.dropout=0, 10",
    "dconv-0.0001-moments, discriminator.layers.1.dropout=0, 3",
    "dcgan, train.seed=1, 1"
  })
  @Tag("long")
  void otherNetworksBeginTheSame(String name, String setting, int iterations) {
    List<Losses> stock = curve(Experiments.named(name, setting, STOCK), iterations, false);
    assertClose(curve(Experiments.named(name, setting), iterations, false), stock);
  }

  @ParameterizedTest
  @CsvSource({"ff-7-as-coded", "dconv-0.0001-moments", "dcgan"})
  void initialParametersAreTheSameBitsAndKernelsAreNot(String name) {
    Experiment experiment = Experiments.named(name);
    GanNetworks fast = networks(experiment);
    GanNetworks stock = networks(Experiments.named(name, STOCK));
    assertThat(fast.generator().state().params()).isEqualTo(stock.generator().state().params());
    assertThat(fast.discriminator().state().params())
        .isEqualTo(stock.discriminator().state().params());
    assertThat(kernels(stock)).isEmpty();
    assertThat(kernels(fast)).isNotEmpty();
  }

  /** Nothing that kernels keep is shared by the workers of a process. */
  @ParameterizedTest
  @CsvSource({"ff-7-as-coded, 10", "dconv-reduced, 2"})
  void twoWorkersInOneProcessGiveTheBitsOfOneAlone(String name, int iterations) {
    Experiment experiment = Experiments.named(name);
    List<Losses> alone = curve(experiment, iterations, false);
    List<CompletableFuture<List<Losses>>> both =
        Stream.generate(
                () -> CompletableFuture.supplyAsync(() -> curve(experiment, iterations, false)))
            .limit(2)
            .toList();
    assertThat(both).allSatisfy(curve -> assertThat(curve.join()).isEqualTo(alone));
  }

  private static List<String> kernels(GanNetworks networks) {
    return List.of(networks.generator(), networks.discriminator()).stream()
        .map(network -> network.model().getLayerWiseConfigurations().toString())
        .filter(text -> text.contains("io.momentgan") || text.contains("Vector"))
        .toList();
  }

  private static GanNetworks networks(Experiment experiment) {
    Images one = DataSets.open(experiment.data(), Map.of()).training().read(new int[] {0});
    return GanNetworks.build(experiment, one.shape(), DataType.FLOAT);
  }

  private static void assertClose(List<Losses> found, List<Losses> expected) {
    for (int i = 0; i < found.size(); i++) {
      assertThat(found.get(i).discriminator())
          .as("discriminator, iteration %d", i)
          .isCloseTo(expected.get(i).discriminator(), within(1e-3));
      assertThat(found.get(i).generator())
          .as("generator, iteration %d", i)
          .isCloseTo(expected.get(i).generator(), within(1e-3));
    }
  }

  private static double distance(
      List<Losses> found, List<Losses> expected, ToDoubleFunction<Losses> figure) {
    return IntStream.range(0, found.size())
        .mapToDouble(
            i ->
                Math.abs(
                    figure.applyAsDouble(found.get(i)) - figure.applyAsDouble(expected.get(i))))
        .average()
        .orElseThrow();
  }

  private static List<Losses> curve(Experiment experiment, int iterations, boolean rounded) {
    int[] all = IntStream.range(0, iterations * BATCH).toArray();
    Images images = DataSets.open(experiment.data(), Map.of()).training().read(all);
    Shard shard = new Shard(0, images, -1);
    GanNetworks networks = GanNetworks.build(experiment, images.shape(), DataType.FLOAT);
    List<Losses> losses = new ArrayList<>();
    try (Collective alone = LocalCollectives.alone()) {
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
      for (int i = 0; i < iterations; i++) {
        if (rounded) {
          moveByAnUlp(networks.generator(), i);
          moveByAnUlp(networks.discriminator(), i);
        }
        float[] batch = shard.rows(Shard.batch(all, i, BATCH));
        INDArray rows = HostArrays.toArray(batch, BATCH, images.shape().features());
        losses.add(step.iterate(new Batch(new ArrayRows(rows), new int[0]), i));
      }
    }
    return losses;
  }

  private static void moveByAnUlp(Network network, int seed) {
    Random random = new Random(seed);
    NetworkState state = network.state();
    float[] moved = state.params().clone();
    for (int i = 0; i < moved.length; i++) {
      moved[i] = random.nextBoolean() ? Math.nextUp(moved[i]) : Math.nextDown(moved[i]);
    }
    network.load(new NetworkState(moved, state.updaterState(), state.updates()));
  }
}
