package io.momentgan.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.Experiments;
import io.momentgan.collective.Collective;
import io.momentgan.collective.CollectiveException;
import io.momentgan.collective.Group;
import io.momentgan.collective.LocalCollectives;
import io.momentgan.collective.Meeting;
import io.momentgan.collective.Message.Addresses;
import io.momentgan.data.ImageShape;
import io.momentgan.device.Device;
import io.momentgan.engine.DeviceGroup;
import io.momentgan.engine.TrainedNetwork;
import io.momentgan.engine.TrainedPair;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.nd4j.linalg.api.buffer.DataType;

/** Workers whose devices, here the CPU, average gradients by themselves; and what each draws. */
@Tag("torch")
class TorchGroupsTest {
  private static final Device CPU = new Device(-1, "CPU", "", Long.MAX_VALUE);
  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final AtomicLong ROUNDS = new AtomicLong();

  private static TrainedPair pair(String... settings) {
    return TorchEngine.open(
        Experiments.small(settings), new ImageShape(1, 4, 4), CPU, DataType.FLOAT);
  }

  /** What each of a round's workers does, all at once. */
  private static <T> List<CompletableFuture<T>> workers(int count, Function<Collective, T> work) {
    Group round = new Group("devices", ROUNDS.incrementAndGet(), 0, 0, 0);
    return IntStream.range(0, count)
        .mapToObj(
            rank ->
                CompletableFuture.supplyAsync(
                    () -> {
                      try (Collective collective =
                          new LocalCollectives().join(round, rank, Meeting.of(count, LIMIT))) {
                        return work.apply(collective);
                      }
                    }))
        .toList();
  }

  private static DeviceGroup meet(String run, Collective collective) {
    return new TorchEngine().meet(CPU, run, collective, "localhost", LIMIT);
  }

  private static List<DeviceGroup> meet(String run, int count) {
    return workers(count, collective -> meet(run, collective)).stream()
        .map(CompletableFuture::join)
        .toList();
  }

  private static void fill(TrainedNetwork network, double value) {
    double[] gradient = new double[network.gradient().length];
    Arrays.fill(gradient, value);
    network.replaceGradient(gradient);
  }

  @Test
  void eachWorkerGetsTheMeanOfAll() {
    List<CompletableFuture<double[]>> gradients =
        workers(
            3,
            collective -> {
              TrainedNetwork network = pair().generator();
              fill(network, 1 + collective.rank());
              meet("mean", collective).average(network);
              return network.gradient();
            });
    gradients.forEach(
        gradient -> assertThat(gradient.join()).containsOnly(new double[] {2}, within(1e-6)));
  }

  @Test
  void groupsAreKeptFromRoundToRoundUntilTheWorkersChange() {
    List<DeviceGroup> first = meet("kept", 2);
    assertThat(meet("kept", 2)).isEqualTo(first);
    List<DeviceGroup> more = meet("kept", 3);
    assertThat(more).doesNotContainAnyElementsOf(first);
    assertThat(meet("kept", 2)).doesNotContainAnyElementsOf(more);
  }

  @Test
  @Timeout(60)
  void aWorkerThatLeavesEndsTheWaitOfTheOthers() {
    List<CompletableFuture<String>> workers =
        workers(
            2,
            collective -> {
              DeviceGroup group = meet("left", collective);
              // One worker may have joined before the other has.
              collective.merge(new Addresses(List.of("joined")));
              if (collective.rank() == 1) {
                group.close();
                return "left";
              }
              TrainedNetwork network = pair().generator();
              group.average(network);
              return "averaged";
            });
    assertThat(workers.get(1).join()).isEqualTo("left");
    assertThat(workers.get(0))
        .failsWithin(Duration.ofSeconds(50))
        .withThrowableOfType(ExecutionException.class)
        .withCauseInstanceOf(CollectiveException.class)
        .withMessageContaining("Could not average gradients by libtorch")
        .withMessageContaining("start a run with train.gradients=shared");
    assertThat(meet("left", 2)).doesNotHaveDuplicates();
  }

  /** As the workers of a process are. */
  @Test
  void noiseIsThatOfItsOwnSeedWhateverOthersDraw() {
    String noisy = "generator.layers=[{type: dense, units: 50, dropout: 0.5}]";
    TrainedPair one = pair(noisy);
    TrainedPair other = pair(noisy);
    float[] z = new float[3 * 20];
    Arrays.fill(z, 0.5f);
    one.seedNoise(7);
    float[] first = one.generator().forward(one.rows(z, 20)).floats();
    float[] second = one.generator().forward(one.rows(z, 20)).floats();
    assertThat(second).isNotEqualTo(first);
    one.seedNoise(7);
    other.seedNoise(9);
    assertThat(one.generator().forward(one.rows(z, 20)).floats()).isEqualTo(first);
    assertThat(other.generator().forward(other.rows(z, 20)).floats()).isNotEqualTo(second);
    assertThat(one.generator().forward(one.rows(z, 20)).floats()).isEqualTo(second);
  }
}
