package io.momentgan.averaging;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.Experiments;
import io.momentgan.averaging.RoundBatches.BatchesDataSet;
import io.momentgan.collective.Collective;
import io.momentgan.collective.LocalCollectives;
import io.momentgan.config.Experiment;
import io.momentgan.data.glyphs.GlyphSource;
import io.momentgan.engine.Engine;
import io.momentgan.engine.TrainedNetwork;
import io.momentgan.engine.TrainedPair;
import io.momentgan.engine.torch.ResidentPairs;
import io.momentgan.moments.RealSide;
import io.momentgan.network.state.ReplayBuffer;
import io.momentgan.partition.LabelledImages;
import io.momentgan.partition.Schedule;
import io.momentgan.partition.Shard;
import io.momentgan.step.Batch;
import io.momentgan.step.GanStep;
import io.momentgan.step.Losses;
import io.momentgan.step.RealBatches;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A worker's rounds by libtorch, with batches from the host and from images on the device. */
@Tag("torch")
class ResidentRoundsTest {
  private static final GlyphSource GLYPHS = new GlyphSource(50, 1);
  private static final GlyphSource LABELLED = new GlyphSource(11, 2);

  static Stream<List<String>> settings() {
    return Stream.of(
        List.of(),
        List.of("generator.output=sigmoid"),
        List.of("augment.translation=0.2", "augment.cutout=0.5", "augment.colour=1"),
        List.of("labels.classes=10", "labels.generator=one-hot", "labels.discriminator=one-hot"),
        List.of(
            "labels.classes=10",
            "labels.generator=none",
            "labels.discriminator=classifier",
            "labels.per-class=1",
            "loss.generator=feature-matching",
            "train.fresh-batches=true",
            "train.d-steps=2"));
  }

  @ParameterizedTest
  @MethodSource("settings")
  void theBitsAreTheSame(List<String> settings) {
    List<String> all = new ArrayList<>(settings);
    all.addAll(List.of("engine=torch", "train.workers=1", "train.averaging-frequency=3"));
    Experiment experiment = Experiments.small(all.toArray(String[]::new));
    TrainedPair host = ofHost(experiment);
    TrainedPair device = ResidentPairs.open(experiment, GLYPHS.shape());
    try (Collective one = LocalCollectives.alone();
        Collective other = LocalCollectives.alone()) {
      assertThat(train(experiment, device, one)).isEqualTo(train(experiment, host, other));
    }
    assertSame(device.generator(), host.generator());
    assertSame(device.discriminator(), host.discriminator());
  }

  private static TrainedPair ofHost(Experiment experiment) {
    Engine engine = Engine.of(experiment.engine());
    return engine.open(experiment, GLYPHS.shape(), engine.bind(-1));
  }

  private static void assertSame(TrainedNetwork found, TrainedNetwork expected) {
    assertThat(found.state().params()).isEqualTo(expected.state().params());
    assertThat(found.state().updaterState()).isEqualTo(expected.state().updaterState());
  }

  /** Two passes in rounds that end within them; a batch's pixels go with its losses. */
  private static List<Object> train(
      Experiment experiment, TrainedPair networks, Collective collective) {
    GanStep step =
        new GanStep(
            experiment,
            networks,
            collective,
            RealSide.UNKNOWN,
            false,
            Optional.empty(),
            new float[0],
            ReplayBuffer.EMPTY);
    float black = experiment.generator().output().black();
    Shard shard = new Shard(0, GLYPHS.read(all(GLYPHS)), black);
    LabelledImages labelled =
        experiment.labels().perClass() > 0
            ? new LabelledImages(LABELLED.read(all(LABELLED)))
            : LabelledImages.none(GLYPHS.shape());
    Schedule schedule = Schedule.of(experiment.train(), GLYPHS.count());
    int iterations = 2 * (GLYPHS.count() / experiment.train().batchSize());
    List<Object> seen = new ArrayList<>();
    for (int number = 0, made = 0; made < iterations; number++) {
      RoundBatches batches = new RoundBatches(shard, schedule.round(number), experiment, labelled);
      for (; batches.hasNext(); made++) {
        try (TrainedPair.Iteration memory = networks.begin()) {
          RealBatches real = ((BatchesDataSet) batches.next()).on(networks);
          Stream.concat(real.updates().stream(), real.labelled().stream())
              .map(ResidentRoundsTest::values)
              .forEach(seen::add);
          Losses losses = step.iterate(real, made);
          assertThat(losses.isFinite()).isTrue();
          seen.add(losses);
          seen.add(step.evaluate(real, made));
        }
      }
    }
    return seen;
  }

  private static List<Object> values(Batch batch) {
    List<Object> values = new ArrayList<>();
    for (float value : batch.images().floats()) {
      values.add(value);
    }
    for (int label : batch.classes()) {
      values.add(label);
    }
    return values;
  }

  private static int[] all(GlyphSource glyphs) {
    return IntStream.range(0, glyphs.count()).toArray();
  }
}
