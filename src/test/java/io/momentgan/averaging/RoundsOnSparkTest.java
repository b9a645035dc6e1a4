package io.momentgan.averaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.Experiments;
import io.momentgan.Relabelled;
import io.momentgan.SparkTests;
import io.momentgan.averaging.GanTrainingMaster.RunContext;
import io.momentgan.collective.Collective;
import io.momentgan.collective.LocalCollectives;
import io.momentgan.collective.Traffic;
import io.momentgan.config.AveragingConfig.Wire;
import io.momentgan.config.Experiment;
import io.momentgan.data.ImageShape;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import io.momentgan.data.glyphs.GlyphSource;
import io.momentgan.engine.ArrayRows;
import io.momentgan.engine.Dl4jPair;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.moments.Clusters;
import io.momentgan.moments.Moments;
import io.momentgan.moments.RealSide;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.state.AveragingState;
import io.momentgan.network.state.NetworkState;
import io.momentgan.network.state.ReplayBuffer;
import io.momentgan.network.state.Snapshot;
import io.momentgan.partition.LabelledImages;
import io.momentgan.partition.RealMoments;
import io.momentgan.partition.Round;
import io.momentgan.partition.Schedule;
import io.momentgan.partition.Shard;
import io.momentgan.partition.Shards;
import io.momentgan.step.Batch;
import io.momentgan.step.GanStep;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.lang3.ArrayUtils;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

class RoundsOnSparkTest {
  private static final ImageShape GLYPH = new ImageShape(1, 28, 28);
  private static final String BATCH_NORM =
      "generator.layers=[{type: dense, units: 5, batch-norm: true, dropout: 0.3}]";
  private static final String VIRTUAL =
      "generator.layers=[{type: dense, units: 5, virtual-batch-norm: true}]";
  private static final String MINIBATCH =
      "discriminator.layers=[{type: dense, units: 4}, {type: minibatch, kernels: 3}]";
  private static final String REPLAY = "discriminator-input.replay-capacity=50";
  private static final String LABELS = "labels.classes=10";
  private static final String AUGMENT = "augment={colour: 1.0, translation: 0.125, cutout: 0.5}";
  private static final String[] SYNCHRONOUS = {
    "generator.optimizer.learning-rate=0.01",
    "discriminator.optimizer.learning-rate=0.01",
    "train.averaging-frequency=1"
  };

  private static JavaSparkContext spark;

  @BeforeAll
  static void startSpark() {
    spark = SparkTests.local(4);
  }

  @AfterAll
  static void stopSpark() {
    spark.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "name=plain",
        BATCH_NORM,
        "moments.scope=dataset",
        "train.g-steps=2",
        LABELS,
        REPLAY,
        VIRTUAL,
        MINIBATCH,
        AUGMENT
      })
  void oneWorkerOnSparkEqualsTheSameLoopWithoutSparkBitForBit(String setting) {
    Experiment experiment = Experiments.small(setting);
    ImageSource images = new GlyphSource(100, 1);
    Snapshot onSpark = train(experiment, images, 8);
    Snapshot serial = serially(experiment, images, 8);
    assertThat(onSpark.generator().params()).isEqualTo(serial.generator().params());
    assertThat(onSpark.generator().updaterState()).isEqualTo(serial.generator().updaterState());
    assertThat(onSpark.discriminator().params()).isEqualTo(serial.discriminator().params());
    assertThat(onSpark.discriminator().updaterState())
        .isEqualTo(serial.discriminator().updaterState());
    assertThat(onSpark.iteration()).isEqualTo(serial.iteration());
    assertThat(onSpark.samplesSeen()).isEqualTo(onSpark.iteration() * 8);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void aRunRepeatedGivesTheSameBits(int workers) {
    Experiment experiment = Experiments.small("train.workers=" + workers, BATCH_NORM, AUGMENT);
    ImageSource images = new GlyphSource(121, 1);
    Snapshot first = train(experiment, images, 6);
    for (int repetition = 0; repetition < 3; repetition++) {
      Snapshot again = train(experiment, images, 6);
      assertThat(again.generator().params()).isEqualTo(first.generator().params());
      assertThat(again.discriminator().updaterState())
          .isEqualTo(first.discriminator().updaterState());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "3, exact, '" + BATCH_NORM + "'",
    "3, bf16, '" + BATCH_NORM + "'",
    "4, exact, averaging.first-moment-period=2",
    "4, bf16, averaging.first-moment-period=2"
  })
  void networksAveragedBySlicesHaveTheBitsOfThoseAveragedOnTheDriver(
      int workers, String wire, String setting) {
    String rounding = "averaging.wire=" + wire;
    ImageSource images = new GlyphSource(121, 1);
    List<RoundResult> onDriver =
        results(
            Experiments.small(
                "train.workers=" + workers, setting, rounding, "averaging.path=driver"),
            images,
            5);
    List<RoundResult> bySlices =
        results(
            Experiments.small(
                "train.workers=" + workers, setting, rounding, "averaging.path=slices"),
            images,
            5);
    for (int round = 0; round < 5; round++) {
      RoundResult a = onDriver.get(round);
      RoundResult b = bySlices.get(round);
      assertThat(b.snapshot()).usingRecursiveComparison().isEqualTo(a.snapshot());
      assertThat(b.bytesIn()).isEqualTo(a.bytesIn());
      assertThat(b.last()).isEqualTo(a.last());
    }
  }

  /** Networks that never drift apart need not be averaged after each iteration. */
  @ParameterizedTest
  @CsvSource({
    "2, name=plain",
    "3, train.g-steps=2",
    "2, discriminator.spectral-norm=true",
    "2, averaging.wire=float",
    "2, discriminator.optimizer.type=momentum"
  })
  void sharedGradientsGiveTheSameBitsInRoundsOfAnyLength(int workers, String setting) {
    String[] ofOne = {"train.workers=" + workers, setting, "train.averaging-frequency=1"};
    String[] ofFour = {"train.workers=" + workers, setting, "train.gradients=shared"};
    ImageSource images = new GlyphSource(200, 1);
    Snapshot often = train(Experiments.small(ofOne), images, 8);
    Snapshot seldom = train(Experiments.small(ofFour), images, 2);
    assertThat(seldom.iteration()).isEqualTo(8);
    assertThat(seldom)
        .usingRecursiveComparison()
        .ignoringFields("round", "averaging")
        .isEqualTo(often);
    ofFour[2] = "train.gradients=own";
    assertThat(train(Experiments.small(ofFour), images, 2).generator().params())
        .isNotEqualTo(seldom.generator().params());
  }

  @Test
  void severalPassesInAnEpochAreAsManyEpochsOfOne() {
    ImageSource images = new GlyphSource(100, 1);
    String frequency = "train.averaging-frequency=4"; // divides the 12 iterations of a pass
    Snapshot passes =
        train(Experiments.small(frequency, "train.passes=3", "train.epochs=2"), images, 18);
    Snapshot epochs = train(Experiments.small(frequency, "train.epochs=6"), images, 18);
    assertThat(passes.iteration()).isEqualTo(72);
    assertThat(passes.generator().params()).isEqualTo(epochs.generator().params());
    assertThat(passes.discriminator().params()).isEqualTo(epochs.discriminator().params());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "name=plain",
        "kernels=stock",
        "discriminator.spectral-norm=true",
        "discriminator.optimizer.type=momentum",
        "discriminator.optimizer.type=sgd",
        "loss.clip=0.01",
        "averaging.outer.type=nesterov",
        "train.averaging-frequency=1",
        "labels={classes: 10, generator: embedding, discriminator: embedding, embedding: 3, class-weight: 1, per-class: 0}"
      })
  void frozenLayersKeepTheirBitsAndHaveNoOptimizerState(String setting) {
    String layers =
        "discriminator.layers=[{type: dense, units: 6, batch-norm: true}, {type: dense, units: 4}]";
    Experiment frozen =
        Experiments.small("train.workers=2", layers, setting, "discriminator.freeze=1");
    Experiment free = Experiments.small("train.workers=2", layers, setting);
    Snapshot start = initial(frozen);
    Snapshot end = train(frozen, new GlyphSource(121, 1), 5);
    int last = (6 + 1) * 4 + 4 + 1;
    float[] before = start.discriminator().params();
    float[] after = end.discriminator().params();
    boolean embedded = frozen.labels().on();
    int head = (784 + (embedded ? 784 : 0)) * 6 + 6 + 4 * 6 + (embedded ? 10 * 784 : 0);
    assertThat(Arrays.copyOf(after, head)).isEqualTo(Arrays.copyOf(before, head));
    assertThat(Arrays.copyOfRange(after, head, head + last))
        .isNotEqualTo(Arrays.copyOfRange(before, head, head + last));
    int held = frozen.discriminator().spectralNorm() ? 6 + 4 + 1 : 0;
    assertThat(after).hasSize(head + last + held);
    if (held > 0) {
      assertThat(Arrays.copyOfRange(after, head + last, head + last + 6))
          .isEqualTo(Arrays.copyOfRange(before, head + last, head + last + 6));
    }
    int perParameter =
        switch (frozen.discriminator().optimizer().type()) {
          case ADAM -> 2;
          case MOMENTUM -> 1;
          case SGD -> 0;
        };
    assertThat(end.discriminator().updaterState()).hasSize(perParameter * (last + held));
    assertThat(
            GanNetworks.build(frozen, GLYPH, DataType.FLOAT).discriminator().trainableParameters())
        .isEqualTo(last);
    float[] moved = train(free, new GlyphSource(121, 1), 5).discriminator().params();
    assertThat(Arrays.copyOf(moved, head)).isNotEqualTo(Arrays.copyOf(before, head));
  }

  @Tag("long")
  @ParameterizedTest
  @CsvSource({
    "2, sgd, none, name=plain",
    "2, adam, none, name=plain",
    "2, sgd, one-hot, name=plain",
    "2, sgd, none, train.d-steps=3",
    "2, sgd, none, moments.per-class=true"
  })
  void workersAveragedEachIterationEqualOneBatchOfAllTheirImages(
      int workers, String optimizer, String labels, String setting) {
    assertEqualsOneBatch(workers, optimizer, labels, setting);
  }

  // Biases before a normalisation have no slope, and Adam makes full steps of their rounding.
  @Tag("long")
  @ParameterizedTest
  @CsvSource({
    "4, sgd, none, name=plain",
    "4, adam, none, name=plain",
    "2, adam, embedding, name=plain",
    "2, sgd, none, discriminator.optimizer.historical-averaging=0.05",
    "2, sgd, none, discriminator.layers.0.weight-norm=trained",
    "3, sgd, none, discriminator.layers.0.weight-norm=fixed",
    "4, sgd, none, generator.output-layer.weight-norm=trained",
    "3, adam, none, loss.generator=feature-matching",
    "3, sgd, none, moments.per-class=true",
    "2, sgd, none, '" + VIRTUAL + "'",
    "4, sgd, none, '" + VIRTUAL + "'",
    "2, sgd, one-hot, '" + VIRTUAL + "'",
    "2, sgd, embedding, '" + VIRTUAL + "'"
  })
  void moreWorkersAndTheTechniquesOfImprovedGanEqualOneBatchAsWell(
      int workers, String optimizer, String labels, String setting) {
    assertEqualsOneBatch(workers, optimizer, labels, setting);
  }

  /** By libtorch, beside one batch by the default engine. */
  @Tag("torch")
  @ParameterizedTest
  @CsvSource({
    "3, adam, none, name=plain",
    "2, sgd, none, discriminator.spectral-norm=true",
    "2, sgd, none, discriminator.optimizer.historical-averaging=0.05",
    "2, sgd, none, discriminator.layers.0.weight-norm=trained",
    "2, sgd, embedding, '" + VIRTUAL + "'"
  })
  void workersOfTheOtherEngineEqualOneBatchAsWell(
      int workers, String optimizer, String labels, String setting) {
    assertEqualsOneBatch(workers, optimizer, labels, setting, "engine=torch");
  }

  /** The workers' devices, here CPUs by Gloo, average the gradients. */
  @Tag("torch")
  @ParameterizedTest
  @CsvSource({"2, adam", "4, sgd"})
  void devicesThatAverageGradientsEqualOneBatchAsWell(int workers, String optimizer) {
    assertEqualsOneBatch(workers, optimizer, "none", "engine=torch", "train.gradients=devices");
  }

  @Tag("torch")
  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void devicesAverageTheGradientsThatWorkersShare(int workers) {
    ImageSource images = new GlyphSource(402, 1);
    UnaryOperator<String> settings =
        gradients ->
            "train.workers=%d;engine=torch;train.gradients=%s".formatted(workers, gradients);
    Experiment byDevices = Experiments.small(settings.apply("devices").split(";"));
    Experiment byMessages = Experiments.small(settings.apply("shared").split(";"));
    Snapshot found = train(byDevices, images, 5);
    Snapshot expected = train(byMessages, images, 5);
    Snapshot start = initial(byMessages);
    assertThat(found.iteration()).isEqualTo(20);
    assertRelativelyClose(found.generator(), expected.generator(), start.generator());
    assertRelativelyClose(found.discriminator(), expected.discriminator(), start.discriminator());
    assertThat(train(byDevices, images, 5).generator().params())
        .isEqualTo(found.generator().params());
  }

  private static void assertEqualsOneBatch(
      int workers, String optimizer, String labels, String... more) {
    List<String> settings = new ArrayList<>(List.of(SYNCHRONOUS));
    settings.addAll(List.of(more));
    settings.add("train.workers=" + workers);
    settings.add("generator.optimizer.type=" + optimizer);
    settings.add("discriminator.optimizer.type=" + optimizer);
    if (!labels.equals("none")) {
      settings.addAll(
          List.of(
              "labels.classes=10", "labels.generator=" + labels, "labels.discriminator=" + labels));
    }
    Experiment experiment = Experiments.small(settings.toArray(String[]::new));
    ImageSource images = new GlyphSource(402, 1);
    Snapshot distributed = train(experiment, images, 20);
    Snapshot single = asOneBatch(experiment, images, 20);
    Snapshot start = initial(experiment);
    assertRelativelyClose(distributed.generator(), single.generator(), start.generator());
    assertRelativelyClose(
        distributed.discriminator(), single.discriminator(), start.discriminator());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void labelsGoWithTheImagesToEachWorker(int frequency) {
    String[] settings = {
      "train.workers=2",
      "train.averaging-frequency=" + frequency,
      LABELS,
      "labels.discriminator=class-head"
    };
    Experiment experiment = Experiments.small(settings);
    ImageSource images = new GlyphSource(200, 1);
    Snapshot first = train(experiment, images, 5);
    assertThat(train(experiment, images, 5).generator().params())
        .isEqualTo(first.generator().params());
    assertThat(train(experiment, new Relabelled(images, label -> 3), 5).generator().params())
        .isNotEqualTo(first.generator().params());
  }

  @Test
  void theOlderGeneratorIsReplacedAfterItsRoundsAndFacedByAllWorkers() {
    String[] settings = {
      "train.workers=2",
      "train.averaging-frequency=1",
      "discriminator-input.opponent-rounds=2",
      "discriminator-input.opponent-share=1",
      "train.seed=5"
    };
    Experiment experiment = Experiments.small(settings);
    ImageSource images = new GlyphSource(200, 1);
    List<RoundResult> results = results(experiment, images, 5);
    float[][] after =
        results.stream().map(r -> r.snapshot().generator().params()).toArray(float[][]::new);
    assertThat(results)
        .extracting(r -> r.snapshot().opponent())
        .containsExactly(new float[0], after[1], after[1], after[3], after[3]);
    assertThat(results.get(3).bytesOut() - results.get(1).bytesOut())
        .isEqualTo((long) Float.BYTES * after[0].length);
    settings[2] = "discriminator-input.opponent-rounds=0";
    Experiment without = Experiments.small(settings);
    List<RoundResult> alone = results(without, images, 4);
    assertThat(alone.get(1).snapshot().generator().params()).isEqualTo(after[1]);
    // In its first round the older generator is the newest still.
    assertThat(alone.get(2).snapshot().discriminator().params())
        .isEqualTo(results.get(2).snapshot().discriminator().params());
    assertThat(alone.get(3).snapshot().discriminator().params())
        .isNotEqualTo(results.get(3).snapshot().discriminator().params());
    assertThat(train(experiment, images, 5).generator().params()).isEqualTo(after[4]);
  }

  @Test
  void buffersOfReplayedImagesGoFromRoundToRoundWorkerByWorker() {
    int capacity = 100;
    Experiment experiment =
        Experiments.small("train.workers=2", "discriminator-input.replay-capacity=" + capacity);
    ImageSource images = new GlyphSource(400, 1);
    List<RoundResult> results = results(experiment, images, 8);
    // Four batches of 8 a round; the first batch is remembered whole, later ones in part.
    assertThat(results.get(0).snapshot().replay())
        .hasSize(2)
        .allSatisfy(buffer -> assertThat(buffer.count()).isBetween(9, 32));
    List<ReplayBuffer> last = results.get(7).snapshot().replay();
    assertThat(last).allSatisfy(buffer -> assertThat(buffer.count()).isEqualTo(capacity));
    assertThat(last.get(0).images()).isNotEqualTo(last.get(1).images());
    // Some of the first round's images are still there, beside some of the last one's.
    assertThat(kept(results.get(0), results.get(7))).isBetween(1L, 31L);
    assertThat(kept(results.get(6), results.get(7))).isBetween(capacity / 2L, capacity - 1L);
    long buffer = last.get(0).bytes();
    assertThat(buffer).isEqualTo((long) capacity * (784 * Float.BYTES + Integer.BYTES));
    assertThat(
            results.get(7).bytesIn()
                - results(Experiments.small("train.workers=2"), images, 1).get(0).bytesIn())
        .isEqualTo(2 * buffer);
    List<RoundResult> again = results(experiment, images, 8);
    assertThat(again.get(7).snapshot().generator().params())
        .isEqualTo(results.get(7).snapshot().generator().params());
    assertThat(again.get(7).snapshot().replay(1).images()).isEqualTo(last.get(1).images());
  }

  private static long kept(RoundResult before, RoundResult after) {
    Set<List<Float>> earlier =
        Arrays.stream(before.snapshot().replay(0).images())
            .map(image -> List.of(ArrayUtils.toObject(image)))
            .collect(Collectors.toSet());
    return Arrays.stream(after.snapshot().replay(0).images())
        .filter(image -> earlier.contains(List.of(ArrayUtils.toObject(image))))
        .count();
  }

  @Test
  void aRoundStartsFromTheBuffersOfItsSnapshotHoweverOftenItIsTried() {
    Experiment experiment =
        Experiments.small("train.workers=2", "discriminator-input.replay-capacity=20");
    Shards shards = Shards.load(spark, new GlyphSource(100, 1), 2, 1, -1);
    try (GanTrainingMaster master = GanTrainingMaster.open(spark, context(experiment), shards)) {
      Schedule schedule = Schedule.of(experiment.train(), 100);
      Snapshot first = master.round(initial(experiment), schedule.round(0)).snapshot();
      float[][] before =
          Arrays.stream(first.replay(0).images()).map(float[]::clone).toArray(float[][]::new);
      Snapshot second = master.round(first, schedule.round(1)).snapshot();
      assertThat(first.replay(0).images()).isEqualTo(before);
      Snapshot retried = master.round(first, schedule.round(1)).snapshot();
      assertThat(retried.discriminator().params()).isEqualTo(second.discriminator().params());
      assertThat(retried.replay(0).images()).isEqualTo(second.replay(0).images());
      Snapshot forgetful = master.round(first.withoutReplay(), schedule.round(1)).snapshot();
      assertThat(forgetful.discriminator().params()).isNotEqualTo(second.discriminator().params());
    }
  }

  @Test
  void momentsOfEachWorkersOwnBatchAreAnotherAlgorithm() {
    List<String> settings = new ArrayList<>(List.of(SYNCHRONOUS));
    settings.add("train.workers=2");
    ImageSource images = new GlyphSource(400, 1);
    Snapshot global = train(Experiments.small(settings.toArray(String[]::new)), images, 5);
    settings.add("moments.scope=partition");
    Snapshot local = train(Experiments.small(settings.toArray(String[]::new)), images, 5);
    assertThat(local.generator().params()).isNotEqualTo(global.generator().params());
  }

  @Test
  void momentsPerClassAreAnotherAlgorithmThatWorkersAgreeOn() {
    String[] settings = {
      "train.workers=2", "train.averaging-frequency=1", "train.batch-size=16",
      "generator.optimizer.type=sgd", "discriminator.optimizer.type=sgd", "name=one"
    };
    ImageSource images = new GlyphSource(400, 1);
    Snapshot together = train(Experiments.small(settings), images, 5);
    settings[5] = "moments.per-class=true";
    Snapshot perClass = train(Experiments.small(settings), images, 5);
    assertThat(perClass.generator().params()).isNotEqualTo(together.generator().params());
    assertThat(train(Experiments.small(settings), images, 5).generator().params())
        .isEqualTo(perClass.generator().params());
  }

  @Test
  void optimizersMomentsThatAreSharedInEachRoundAreSharedAsWithoutPeriods() {
    Experiment each = Experiments.small("train.workers=2", "averaging.ema.half-life=0");
    Experiment seldom =
        Experiments.small(
            "train.workers=2",
            "averaging.ema.half-life=0",
            "averaging.first-moment-period=2",
            "averaging.second-moment-period=3");
    ImageSource images = new GlyphSource(400, 1);
    // The first round of an epoch begins with shared moments, so it ends with the same parameters.
    assertThat(train(seldom, images, 1).generator().params())
        .isEqualTo(train(each, images, 1).generator().params());
    assertThat(train(seldom, images, 2).generator().params())
        .isNotEqualTo(train(each, images, 2).generator().params());
    assertThat(train(seldom, images, 5).generator().params())
        .isEqualTo(train(seldom, images, 5).generator().params());
  }

  @Test
  void momentsThatWorkersKeepDoNotTravel() {
    Experiment experiment =
        Experiments.small("train.workers=2", "averaging.second-moment-period=3");
    List<RoundResult> results = results(experiment, new GlyphSource(400, 1), 7);
    long params = Float.BYTES * (long) parameters(results.get(0).snapshot());
    assertThat(results)
        .extracting(RoundResult::bytesOut)
        .startsWith(3 * params, 2 * params, 2 * params, 3 * params, 2 * params)
        .endsWith(2 * params, 3 * params);
    assertThat(results)
        .extracting(RoundResult::bytesIn)
        .startsWith(4 * params, 4 * params, 6 * params, 4 * params);
    assertThat(results)
        .extracting(RoundResult::whole)
        .containsExactly(false, false, true, false, false, true, true);
  }

  private static int parameters(Snapshot snapshot) {
    return snapshot.generator().params().length + snapshot.discriminator().params().length;
  }

  @Test
  void bytesOfExchangesAreThoseOfTheNumbersThatWereHandedIn() {
    Experiment experiment = Experiments.small("train.workers=2", "train.averaging-frequency=4");
    RoundResult result = results(experiment, new GlyphSource(400, 1), 1).get(0);
    int side = Long.BYTES + 2 * 784 * Double.BYTES;
    int loss = Long.BYTES + Double.BYTES;
    // One message per iteration and one for the figures at the end, of two workers.
    long messages = 2 * (4 + 1);
    assertThat(result.traffic().exchanges()).isEqualTo(messages);
    assertThat(result.traffic().bytesOut()).isEqualTo(messages * (2 * side + loss));
    assertThat(result.traffic().bytesIn()).isEqualTo(result.traffic().bytesOut());
    Experiment alone = Experiments.small("train.workers=2", "moments.scope=partition");
    assertThat(results(alone, new GlyphSource(400, 1), 1).get(0).traffic()).isEqualTo(Traffic.NONE);
  }

  @ParameterizedTest
  @EnumSource
  void roundedNumbersTakeFewerBytesAndTrainToNearlyTheSame(Wire wire) {
    String setting = "averaging.wire=" + wire.name().toLowerCase(Locale.ROOT);
    ImageSource images = new GlyphSource(400, 1);
    Experiment experiment = Experiments.small("train.workers=2", setting);
    List<RoundResult> rounded = results(experiment, images, 12);
    List<RoundResult> exact = results(Experiments.small("train.workers=2"), images, 12);
    Snapshot last = rounded.get(11).snapshot();
    assertThat(train(experiment, images, 12)).usingRecursiveComparison().isEqualTo(last);

    int side = Long.BYTES + 2 * 784 * wire.bytes();
    int loss = Long.BYTES + Double.BYTES;
    Traffic traffic = rounded.get(11).traffic();
    assertThat(traffic.bytesOut()).isEqualTo(traffic.exchanges() * (2 * side + loss));
    assertThat(traffic.bytesIn()).isEqualTo(traffic.bytesOut());
    assertThat(rounded.get(11).bytesOut()).isEqualTo(exact.get(11).bytesOut());
    // Of three floats per parameter, v stays whole; a byte in 256 values says which do.
    double share = (double) rounded.get(11).bytesIn() / exact.get(11).bytesIn();
    assertThat(share).isBetween(wire == Wire.BF16 ? 0.6 : 1, wire == Wire.BF16 ? 0.68 : 1);

    float[] params = last.discriminator().params();
    float[] ofExact = exact.get(11).snapshot().discriminator().params();
    double moved = distance(ofExact, initial(experiment).discriminator().params());
    double off = distance(params, ofExact) / moved;
    assertThat(off).isBetween(wire == Wire.EXACT ? 0 : 1e-9, wire == Wire.EXACT ? 0 : 0.02);
    assertThat(last.discriminator().updaterState()).doesNotContain(Float.NaN);
  }

  @Test
  void nothingIsRoundedForAWorkerAlone() {
    ImageSource images = new GlyphSource(100, 1);
    assertThat(train(Experiments.small("averaging.wire=bf16"), images, 5))
        .usingRecursiveComparison()
        .isEqualTo(train(Experiments.small(), images, 5));
  }

  @Test
  void notANumberInOneWorkerStopsAllAndNamesIt() {
    Experiment experiment =
        Experiments.small(
            "train.workers=2",
            "discriminator.optimizer.type=sgd",
            "discriminator.optimizer.learning-rate=1.0e+38");
    assertThatThrownBy(() -> train(experiment, new GlyphSource(100, 1), 4))
        .isInstanceOf(DivergedException.class)
        .hasMessageContaining("round 1 (epoch 1) on worker")
        .hasMessageContaining("iteration");
  }

  /** Workers that exchange nothing end their round each; then the training stops. */
  @ParameterizedTest
  @Timeout(60)
  @CsvSource({
    "none, 0, true",
    "partition, 0, true",
    "none, 0.5, false",
    "partition, 0.5, false",
    "global, 0, false"
  })
  void notANumberInOneWorkerEndsTheTrainingWithItsRound(
      String scope, String threshold, boolean apart) {
    Experiment experiment =
        Experiments.small(
            "train.workers=2",
            "train.averaging-frequency=6",
            "moments.scope=" + scope,
            "moments.mean-weight=0",
            "moments.variance-weight=0",
            "discriminator-input.replay-capacity=1",
            "discriminator-input.replay-share=1",
            "train.thresholds.d-loss=" + threshold);
    Shards shards = Shards.load(spark, new GlyphSource(100, 1), 2, 1, -1);
    float[] white = new float[GLYPH.features()];
    float[] broken = white.clone();
    broken[0] = Float.NaN;
    List<ReplayBuffer> replay =
        Stream.of(white, broken)
            .map(image -> new ReplayBuffer(new float[][] {image}, new int[1]))
            .toList();
    try (GanTrainingMaster master = GanTrainingMaster.open(spark, context(experiment), shards)) {
      Round first = Schedule.of(experiment.train(), 100).round(0);
      Snapshot snapshot = with(initial(experiment), replay);
      assertThatThrownBy(() -> master.round(snapshot, first))
          .isInstanceOf(DivergedException.class)
          .hasMessageContaining(scope.equals("global") ? "on worker" : "on worker 1: iteration 1:");
      assertThat(master.iterations()).containsExactly(apart ? 6 : 2, 2);
    }
  }

  @Test
  @Timeout(60) // half of the deadline that its partner would wait for it
  void aWorkerThatFailsEndsTheRoundAtOnce() {
    Experiment experiment = Experiments.small("train.workers=2", "train.deadline-seconds=120");
    Shards shards = Shards.load(spark, new GlyphSource(100, 1), 2, 1, -1);
    Shards broken =
        new Shards(
            shards
                .rdd()
                .map(
                    shard ->
                        shard.rank() == 0
                            ? shard
                            : new Shard(1, new Images(GLYPH, new byte[0], new byte[0]), -1)),
            shards.sizes());
    long start = System.nanoTime();
    try (GanTrainingMaster master = GanTrainingMaster.open(spark, context(experiment), broken)) {
      Schedule schedule = Schedule.of(experiment.train(), 100);
      Snapshot snapshot = initial(experiment);
      assertThatThrownBy(() -> master.round(snapshot, schedule.round(0)))
          .isInstanceOf(RoundFailedException.class)
          .hasMessageContaining("Round 1 failed: ");
    }
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(100));
  }

  @Test
  void broadcastsOfRoundsDoNotPileUp() throws InterruptedException {
    Experiment experiment =
        Experiments.small(
            "train.averaging-frequency=1", "generator.layers=[{type: dense, units: 500}]");
    Snapshot snapshot = initial(experiment);
    int rounds = 20;
    long snapshotBytes = Float.BYTES * 3L * snapshot.generator().params().length;
    long before = SparkEnv.get().memoryManager().storageMemoryUsed();
    train(experiment, new GlyphSource(200, 1), rounds);
    // Destroyed broadcasts leave the block manager a moment later.
    for (int i = 0; i < 100 && kept(before) > 2 * snapshotBytes; i++) {
      Thread.sleep(100);
    }
    assertThat(kept(before)).isLessThan(2 * snapshotBytes);
  }

  private static long kept(long before) {
    return SparkEnv.get().memoryManager().storageMemoryUsed() - before;
  }

  private static Snapshot train(Experiment experiment, ImageSource images, int rounds) {
    return results(experiment, images, rounds).get(rounds - 1).snapshot();
  }

  private static List<RoundResult> results(Experiment experiment, ImageSource images, int rounds) {
    Shards shards =
        Shards.load(spark, images, experiment.train().workers(), experiment.train().seed(), -1);
    RunContext context =
        new RunContext(
            "test",
            experiment,
            images.shape(),
            new LocalCollectives(),
            RealMoments.side(shards, experiment),
            LabelledImages.none(images.shape()));
    try (GanTrainingMaster master = GanTrainingMaster.open(spark, context, shards)) {
      Schedule schedule = Schedule.of(experiment.train(), images.count());
      Snapshot snapshot = initial(experiment);
      List<RoundResult> results = new ArrayList<>();
      for (int number = 0; number < rounds; number++) {
        results.add(master.round(snapshot, schedule.round(number)));
        snapshot = results.get(number).snapshot();
      }
      return results;
    } finally {
      shards.rdd().unpersist(true);
    }
  }

  private static Snapshot with(Snapshot snapshot, List<ReplayBuffer> replay) {
    return new Snapshot(
        snapshot.round(),
        snapshot.iteration(),
        snapshot.samplesSeen(),
        snapshot.generator(),
        snapshot.discriminator(),
        snapshot.opponent(),
        replay,
        snapshot.averaging());
  }

  private static RunContext context(Experiment experiment) {
    return new RunContext(
        "test",
        experiment,
        GLYPH,
        new LocalCollectives(),
        RealSide.UNKNOWN,
        LabelledImages.none(GLYPH));
  }

  private static Snapshot initial(Experiment experiment) {
    return GanNetworks.build(experiment, GLYPH, DataType.FLOAT).initialSnapshot();
  }

  /** The training of one worker as a plain loop on this thread. */
  private static Snapshot serially(Experiment experiment, ImageSource images, int rounds) {
    Shard shard = shard(experiment, images, 0);
    Moments whole = Moments.of(shard.rows(range(images.count())), GLYPH.features());
    GanNetworks networks = GanNetworks.build(experiment, GLYPH, DataType.FLOAT);
    Schedule schedule = Schedule.of(experiment.train(), images.count());
    long iterations = 0;
    try (Collective alone = alone()) {
      GanStep step =
          new GanStep(
              experiment,
              new Dl4jPair(networks),
              alone,
              new RealSide(Clusters.ONE, List.of(whole)),
              false,
              Optional.empty(),
              new float[0],
              ReplayBuffer.EMPTY);
      for (int number = 0; number < rounds; number++) {
        Round round = schedule.round(number);
        int[] order = shard.order(experiment.train().seed(), round.epoch(), 0);
        for (int i = 0; i < round.iterations(); i++) {
          int at = round.firstIteration() + i;
          step.iterate(batch(experiment, shard, order, at), iterations++);
        }
      }
    }
    return new Snapshot(
        rounds,
        iterations,
        iterations * experiment.train().batchSize(),
        networks.generator().state(),
        networks.discriminator().state(),
        new float[0],
        List.of(),
        AveragingState.NONE);
  }

  /** The same images and the same z as those of all workers, as one batch on this thread. */
  private static Snapshot asOneBatch(Experiment experiment, ImageSource images, int iterations) {
    int workers = experiment.train().workers();
    GanNetworks networks = GanNetworks.build(experiment, GLYPH, DataType.FLOAT);
    Schedule schedule = Schedule.of(experiment.train(), images.count());
    double[][] centres = experiment.moments().perClass() ? classMeans(images) : new double[1][0];
    for (int number = 0; number < iterations; number++) {
      Round round = schedule.round(number);
      int at = round.firstIteration();
      int size = experiment.train().batchSize();
      long seed = experiment.train().seed();
      IntFunction<Shard> shards = rank -> shard(experiment, images, rank);
      LargeBatch batch =
          LargeBatch.of(
              experiment,
              round,
              workers,
              rank -> {
                Shard shard = shards.apply(rank);
                return shard.rows(Shard.batch(shard.order(seed, round.epoch(), 0), at, size));
              },
              rank -> {
                Shard shard = shards.apply(rank);
                return shard.classes(Shard.batch(shard.order(seed, round.epoch(), 0), at, size));
              },
              centres);
      batch.train(networks);
    }
    return networks.initialSnapshot();
  }

  /** The mean image of each class, in [-1, 1]. */
  private static double[][] classMeans(ImageSource images) {
    Images all = images.read(range(images.count()));
    double[][] means = new double[10][GLYPH.features()];
    int[] counts = new int[10];
    for (int i = 0; i < images.count(); i++) {
      counts[all.labels()[i]]++;
      for (int j = 0; j < GLYPH.features(); j++) {
        int pixel = all.pixels()[i * GLYPH.features() + j] & 0xFF;
        means[all.labels()[i]][j] += (pixel - 127.5) / 127.5;
      }
    }
    for (int c = 0; c < 10; c++) {
      int count = counts[c];
      means[c] = Arrays.stream(means[c]).map(sum -> sum / count).toArray();
    }
    return means;
  }

  private static Shard shard(Experiment experiment, ImageSource images, int rank) {
    Shards all =
        Shards.load(spark, images, experiment.train().workers(), experiment.train().seed(), -1);
    return all.rdd().collect().get(rank);
  }

  private static Batch batch(Experiment experiment, Shard shard, int[] order, int iteration) {
    int size = experiment.train().batchSize();
    return new Batch(
        new ArrayRows(
            HostArrays.toArray(
                shard.rows(Shard.batch(order, iteration, size)), size, GLYPH.features())),
        shard.classes(Shard.batch(order, iteration, size)));
  }

  private static Collective alone() {
    return LocalCollectives.alone();
  }

  private static int[] range(int count) {
    return IntStream.range(0, count).toArray();
  }

  /** Compared with how far the training has come, not only with the size of the weights. */
  private static void assertRelativelyClose(
      NetworkState actual, NetworkState expected, NetworkState start) {
    double size = distance(expected.params(), new float[expected.params().length]);
    double moved = distance(expected.params(), start.params());
    double difference = distance(actual.params(), expected.params());
    assertThat(difference / size).isLessThan(1e-5);
    assertThat(difference / moved).isLessThan(1e-3);
  }

  private static double distance(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += Math.pow(a[i] - b[i], 2);
    }
    return Math.sqrt(sum);
  }
}
