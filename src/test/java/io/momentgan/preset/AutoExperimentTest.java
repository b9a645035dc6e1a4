package io.momentgan.preset;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.Experiments;
import io.momentgan.config.Experiment;
import io.momentgan.config.ExperimentReader;
import io.momentgan.config.LayerConfig;
import io.momentgan.config.SettingDifferences;
import io.momentgan.data.ImageShape;
import io.momentgan.network.GanNetworks;
import io.momentgan.partition.Schedule;
import io.momentgan.partition.Shards;
import java.util.List;
import java.util.OptionalInt;
import java.util.SortedMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;

class AutoExperimentTest {
  private static final ImageShape PROBED = new ImageShape(3, 64, 64);

  @Test
  void fewSmallPhotosOnASmallMachine() {
    AutoExperiment auto = choose(photos(192, 32), 2);
    Experiment so = auto.experiment();
    assertThat(auto.shape()).isEqualTo(new ImageShape(3, 32, 32));
    assertThat(auto.images()).isEqualTo(384);
    assertThat(so.data().images().flip()).isTrue();
    assertThat(so.data().validation()).isZero();
    assertThat(so.train().workers()).isEqualTo(2);
    assertThat(so.train().batchSize()).isEqualTo(32);
    assertThat(Schedule.of(so.train(), auto.images()).iterations()).isBetween(9_500L, 10_500L);
    assertThat(so.augment().on()).isTrue();
    assertThat(so.discriminator().layers()).hasSize(3);
    assertThat(auto.choices())
        .anyMatch(
            line -> line.contains("data.images.height = 32: the originals' smaller side has 32"))
        .anyMatch(line -> line.contains("augment.cutout = 0.5: fewer than 5,000 images"))
        .allMatch(line -> line.matches("  [a-z.-]+ = .+: .+"));
  }

  @Test
  void manyLargePhotosOnALargeMachine() {
    AutoExperiment auto = choose(photos(50_000, 512), 16);
    Experiment so = auto.experiment();
    assertThat(auto.shape()).isEqualTo(PROBED);
    assertThat(so.data().images().flip()).isFalse();
    assertThat(so.data().validation()).isEqualTo(1000);
    assertThat(auto.images()).isEqualTo(49_000);
    assertThat(so.train().workers()).isEqualTo(16);
    assertThat(so.train().batchSize()).isEqualTo(64);
    assertThat(so.augment().on()).isFalse();
    assertThat(so.discriminator().layers()).hasSize(4);
    assertThat(((LayerConfig.Convolution) so.discriminator().layers().get(3)).filters())
        .isEqualTo(512);
  }

  @Test
  void whatTheUserGivesStaysAndTheRestFollowsFromIt() {
    AutoExperiment auto =
        choose(
            photos(192, 32),
            2,
            "data.images={channels: 3, height: 64, width: 64, crop: true, flip: false, background: '#ffffff', max-pixels: 9000000, rejected-share: 0.01}",
            "train.workers=1",
            "augment.cutout=0.0");
    Experiment so = auto.experiment();
    assertThat(so.data().images().height()).isEqualTo(64);
    assertThat(so.discriminator().layers()).hasSize(4);
    assertThat(auto.images()).isEqualTo(192);
    assertThat(so.train().batchSize()).isEqualTo(64);
    assertThat(so.augment().cutout()).isZero();
    assertThat(so.augment().colour()).isEqualTo(1);
    assertThat(auto.choices())
        .noneMatch(line -> line.matches("  (data.images.*|train.workers|augment.cutout) = .*"));
  }

  @Test
  void digitsKeepTheirShapeAreNotMirroredAndTheirClassesAreNamed() {
    DataFacts mnist =
        new DataFacts(
            false, new ImageShape(1, 28, 28), 60_000, OptionalInt.empty(), true, 10, false);
    AutoExperiment auto = choose(mnist, 2);
    assertThat(auto.shape()).isEqualTo(new ImageShape(1, 28, 28));
    assertThat(auto.experiment().discriminator().layers()).hasSize(3);
    assertThat(auto.experiment().data().validation()).isEqualTo(1000);
    assertThat(auto.experiment().augment().on()).isFalse();
    assertThat(auto.experiment().labels().on()).isFalse();
    assertThat(auto.choices())
        .anyMatch(line -> line.contains("the 10 classes are not used; --set labels.classes=10"));
    GanNetworks networks = GanNetworks.build(auto.experiment(), auto.shape(), DataType.FLOAT);
    assertThat(networks.discriminator().input()).isEqualTo(auto.shape());
  }

  @Test
  void foldersOfClassesHoldATenthOut() {
    DataFacts sorted = new DataFacts(true, PROBED, 8000, OptionalInt.of(300), false, 4, false);
    assertThat(choose(sorted, 4).experiment().data().validation()).isEqualTo(800);
  }

  @Test
  void dataWithTheirOwnValidationImagesHoldNothingOut() {
    DataFacts own = new DataFacts(true, PROBED, 8000, OptionalInt.of(300), true, 0, true);
    Experiment so = choose(own, 4).experiment();
    assertThat(so.data().validation()).isZero();
    assertThat(so.data().images().channels()).isEqualTo(1);
    assertThat(so.data().images().flip()).isFalse();
  }

  /** Any number of images on any machine gives at least an iteration and about as many as said. */
  @Property(tries = 60)
  void everyChoiceCanTrain(
      @ForAll @IntRange(min = 1, max = 30_000) int count,
      @ForAll @IntRange(min = 1, max = 64) int slots,
      @ForAll @IntRange(min = 8, max = 300) int side) {
    AutoExperiment auto = choose(photos(count, side), slots);
    Experiment so = auto.experiment();
    assertThat(so.train().workers()).isBetween(1, slots);
    assertThat(so.train().batchSize())
        .isBetween(1, Shards.smallestSize(auto.images(), so.train().workers()));
    assertThat(Schedule.of(so.train(), auto.images()).iterations()).isBetween(8_000L, 12_500L);
  }

  @Test
  void anotherRunsNetworksAndSizesStay() {
    Experiment other = Experiments.named("dcgan", "data.images.height=48", "data.images.width=48");
    AutoExperiment auto =
        AutoExperiment.choose(ExperimentReader.write(other), List.of(), photos(100, 200), 2);
    assertThat(auto.experiment().generator()).isEqualTo(other.generator());
    assertThat(auto.experiment().discriminator()).isEqualTo(other.discriminator());
    assertThat(auto.shape()).isEqualTo(new ImageShape(3, 48, 48));
    assertThat(auto.experiment().augment().on()).isTrue();
    assertThat(auto.experiment().train().epochs()).isNotEqualTo(other.train().epochs());
  }

  @Test
  void theBaseIsDcganWithOneUpdateOfEach() {
    Experiment base = AutoExperiment.probe("", List.of());
    SortedMap<String, String> differences = SettingDifferences.of(base, Experiments.named("dcgan"));
    assertThat(differences.keySet())
        .allMatch(
            key ->
                key.matches(
                    "name|description|.*\\.layers.*|generator.output-layer.kernel|train\\.(g-steps|epochs|batch-size)"));
  }

  @Test
  void theEstimateIsMeasured() {
    Experiment small = Experiments.small();
    TimeEstimate estimate = TimeEstimate.measure(small, new ImageShape(1, 6, 6), 1000, 50_000_000);
    assertThat(estimate.measured()).isGreaterThanOrEqualTo(2);
    assertThat(estimate.secondsPerIteration()).isBetween(1e-6, 1.0);
    assertThat(new TimeEstimate(36_000, 0.5, 5).text())
        .contains("about 5.0 hours", "36,000 iterations of 0.500 s", "fastest of 5");
    assertThat(new TimeEstimate(1200, 0.5, 5).text()).contains("about 10 minutes");
  }

  private static AutoExperiment choose(DataFacts facts, int slots, String... overrides) {
    return AutoExperiment.choose("", List.of(overrides), facts, slots);
  }

  private static DataFacts photos(int count, int side) {
    return new DataFacts(true, PROBED, count, OptionalInt.of(side), false, 0, false);
  }
}
