package io.momentgan.averaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.Experiments;
import io.momentgan.Relabelled;
import io.momentgan.averaging.GanTrainingMaster.RunContext;
import io.momentgan.collective.LocalCollectives;
import io.momentgan.config.Experiment;
import io.momentgan.config.LabelsConfig;
import io.momentgan.config.UserException;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import io.momentgan.data.glyphs.GlyphSource;
import io.momentgan.engine.ArrayRows;
import io.momentgan.engine.Dl4jPair;
import io.momentgan.moments.RealSide;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.state.Snapshot;
import io.momentgan.partition.LabelledImages;
import io.momentgan.partition.Schedule;
import io.momentgan.partition.Shards;
import io.momentgan.step.Batch;
import io.momentgan.step.RealBatches;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

/** Rounds of a classifier that learns from the labels of some images. */
class SemiSupervisedRoundsTest {
  private static final ImageSource GLYPHS = new GlyphSource(400, 1);
  private static final String[] SETTINGS = {
    "labels.classes=10",
    "labels.generator=none",
    "labels.discriminator=classifier",
    "labels.per-class=3",
    "loss.weight=0.5",
    "loss.generator=feature-matching",
    "train.fresh-batches=true",
    "train.d-steps=2",
    "averaging.ema.discriminator-half-life=500",
    "discriminator.layers=[{type: noise, sd: 0.3}, {type: dense, units: 6}, {type: noise, sd: 0.5}]"
  };

  private static JavaSparkContext spark;

  @BeforeAll
  static void startSpark() {
    spark =
        new JavaSparkContext(
            new SparkConf()
                .setMaster("local[3]")
                .setAppName("semi-supervised")
                .set("spark.ui.enabled", "false"));
  }

  @AfterAll
  static void stopSpark() {
    spark.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void labelsOutsideTheLabelledSetChangeNoBit(int frequency) {
    Experiment experiment = experiment(2, "train.averaging-frequency=" + frequency);
    LabelledImages labelled = choose(experiment, GLYPHS);
    assertThat(labelled.images().count()).isEqualTo(30);
    Snapshot clean = train(experiment, GLYPHS, labelled, 6);
    assertSame(
        train(experiment, new Relabelled(GLYPHS, SemiSupervisedRoundsTest::other), labelled, 6),
        clean);
    LabelledImages wrong =
        new LabelledImages(Relabelled.of(labelled.images(), SemiSupervisedRoundsTest::other));
    assertThat(train(experiment, GLYPHS, wrong, 6).discriminator().params())
        .isNotEqualTo(clean.discriminator().params());
    assertThat(clean.emaDiscriminator().orElseThrow().params())
        .isNotEqualTo(clean.discriminator().params());
  }

  private static int other(int label) {
    return (label + 3) % 10;
  }

  private static void assertSame(Snapshot found, Snapshot expected) {
    assertThat(found.generator().params()).isEqualTo(expected.generator().params());
    assertThat(found.discriminator().params()).isEqualTo(expected.discriminator().params());
    assertThat(found.averaging().discriminatorEma())
        .isEqualTo(expected.averaging().discriminatorEma());
  }

  @Test
  void theLabelledSetDependsOnTheSeedAndNotOnTheNumberOfWorkers() {
    Images one = choose(experiment(1), GLYPHS).images();
    Images three = choose(experiment(3), GLYPHS).images();
    assertThat(three.pixels()).isEqualTo(one.pixels());
    assertThat(three.labels()).isEqualTo(one.labels());
    int[] counts = new int[10];
    for (byte label : one.labels()) {
      counts[label]++;
    }
    assertThat(counts).containsOnly(3);
    assertThat(choose(experiment(1, "train.seed=2"), GLYPHS).images().pixels())
        .isNotEqualTo(one.pixels());
  }

  @Test
  void aClassOfTooFewImagesIsRefused() {
    Experiment experiment = experiment(1, "labels.per-class=41");
    assertThatThrownBy(() -> choose(experiment, GLYPHS))
        .isInstanceOf(UserException.class)
        .hasMessageMatching(
            "Setting labels.per-class: found 41, expected at most \\d+, the training images of class \\d;.*");
  }

  /** Each update has a stream of its own, and each stream shows every image once per pass. */
  @Test
  void freshBatchesAreStreamsThatPassOverAllImages() {
    Experiment experiment = experiment(1, "train.averaging-frequency=50");
    Shards shards = shards(experiment, GLYPHS);
    LabelledImages labelled = choose(experiment, GLYPHS);
    Schedule schedule = Schedule.of(experiment.train(), GLYPHS.count());
    RoundBatches batches =
        new RoundBatches(shards.rdd().first(), schedule.round(0), experiment, labelled);
    List<Set<String>> seen = List.of(new HashSet<>(), new HashSet<>(), new HashSet<>());
    List<String> firstUpdates = new ArrayList<>();
    Set<String> labels = new HashSet<>();
    Dl4jPair pair = new Dl4jPair(GanNetworks.build(experiment, GLYPHS.shape(), DataType.FLOAT));
    while (batches.hasNext()) {
      RealBatches real = ((RoundBatches.BatchesDataSet) batches.next()).on(pair);
      assertThat(real.updates()).hasSize(3);
      assertThat(real.labelled()).hasSize(2);
      for (int stream = 0; stream < 3; stream++) {
        Batch batch = real.updates().get(stream);
        assertThat(batch.classes()).isEmpty();
        rows(batch).forEach(seen.get(stream)::add);
      }
      firstUpdates.add(rows(real.updates().get(0)).get(0));
      assertThat(firstUpdates.get(firstUpdates.size() - 1))
          .isNotEqualTo(rows(real.updates().get(2)).get(0));
      real.labelled().forEach(batch -> labels.addAll(rows(batch)));
    }
    int images = 50 * experiment.train().batchSize();
    assertThat(seen).allSatisfy(stream -> assertThat(stream).hasSize(images));
    assertThat(labels).hasSize(30);
  }

  private static List<String> rows(Batch batch) {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < batch.count(); i++) {
      rows.add(Arrays.toString(((ArrayRows) batch.images()).array().getRow(i).toFloatVector()));
    }
    return rows;
  }

  /** The permutations of labelled images follow each other within a batch. */
  @Test
  void labelledBatchesCycleThroughPermutations() {
    LabelledImages labelled = choose(experiment(1), GLYPHS);
    List<Integer> drawn = new ArrayList<>();
    for (int batch = 0; batch < 15; batch++) {
      for (int index : labelled.batch(batch, 8, 1, 0)) {
        drawn.add(index);
      }
    }
    for (int pass = 0; pass < 4; pass++) {
      assertThat(new HashSet<>(drawn.subList(30 * pass, 30 * pass + 30))).hasSize(30);
    }
    assertThat(drawn.subList(0, 30)).isNotEqualTo(drawn.subList(30, 60));
    assertThat(labelled.batch(0, 8, 1, 1)).isNotEqualTo(labelled.batch(0, 8, 1, 0));
  }

  private static Experiment experiment(int workers, String... more) {
    List<String> settings = new ArrayList<>(List.of(SETTINGS));
    settings.add("train.workers=" + workers);
    settings.addAll(List.of(more));
    return Experiments.small(settings.toArray(String[]::new));
  }

  private static Shards shards(Experiment experiment, ImageSource images) {
    return Shards.load(spark, images, experiment.train().workers(), experiment.train().seed(), -1);
  }

  private static LabelledImages choose(Experiment experiment, ImageSource images) {
    LabelsConfig labels = experiment.labels();
    return LabelledImages.choose(shards(experiment, images), labels, images.shape());
  }

  private static Snapshot train(
      Experiment experiment, ImageSource images, LabelledImages labelled, int rounds) {
    Shards shards = shards(experiment, images);
    RunContext context =
        new RunContext(
            "semi-supervised",
            experiment,
            images.shape(),
            new LocalCollectives(),
            RealSide.UNKNOWN,
            labelled);
    try (GanTrainingMaster master = GanTrainingMaster.open(spark, context, shards)) {
      Schedule schedule = Schedule.of(experiment.train(), images.count());
      Snapshot snapshot =
          GanNetworks.build(experiment, images.shape(), DataType.FLOAT).initialSnapshot();
      for (int number = 0; number < rounds; number++) {
        snapshot = master.round(snapshot, schedule.round(number)).snapshot();
      }
      return snapshot;
    }
  }
}
