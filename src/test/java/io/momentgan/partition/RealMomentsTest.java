package io.momentgan.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.momentgan.Experiments;
import io.momentgan.SparkTests;
import io.momentgan.config.Experiment;
import io.momentgan.data.ImageSource;
import io.momentgan.data.glyphs.GlyphSource;
import io.momentgan.data.sets.DataSets;
import io.momentgan.moments.Clusters;
import io.momentgan.moments.MomentDistance;
import io.momentgan.moments.Moments;
import io.momentgan.moments.NoiseFloor;
import io.momentgan.moments.RealSide;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class RealMomentsTest {
  private static final Path MNIST = Experiments.REPOSITORY.resolve("../shared/data/mnist");

  private static JavaSparkContext spark;

  @BeforeAll
  static void startSpark() {
    spark = SparkTests.local(2);
  }

  @AfterAll
  static void stopSpark() {
    spark.close();
  }

  @Test
  void meansOfAllImagesAreComputedWhereRoundedMeansAreToldFromThem() {
    Shards shards = Shards.load(spark, new GlyphSource(100, 1), 2, 1, -1);
    Moments whole = RealMoments.whole(shards, Clusters.ONE).get(0);
    String two = "train.workers=2";
    String bf16 = "averaging.wire=bf16";
    assertThat(RealMoments.side(shards, Experiments.small(two, bf16)).whole())
        .containsExactly(whole);
    assertThat(RealMoments.side(shards, Experiments.small(two)).whole()).isEmpty();
    assertThat(RealMoments.side(shards, Experiments.small(bf16)).whole()).isEmpty();
    assertThat(
            RealMoments.side(shards, Experiments.small(two, bf16, "moments.scope=partition"))
                .whole())
        .isEmpty();
  }

  @Test
  void momentsOfTheWholeDataSetDoNotDependOnTheShards() {
    ImageSource images = new GlyphSource(3001, 1);
    Moments one = whole(Shards.load(spark, images, 1, 1, -1));
    Moments three = whole(Shards.load(spark, images, 3, 1, -1));
    assertThat(three.count()).isEqualTo(3001);
    assertThat(three.mean()).containsExactly(one.mean(), within(1e-12));
    assertThat(three.m2()).containsExactly(one.m2(), within(1e-8));
  }

  @Tag("long")
  @Test
  void theFloorFallsWithTheRootOfTheBatch() {
    Shards shards = Shards.load(spark, new GlyphSource(6000, 1), 2, 1, -1);
    NoiseFloor small = floor(shards, "train.batch-size=25", "moments.scope=partition");
    NoiseFloor large = floor(shards, "train.batch-size=100", "moments.scope=partition");
    NoiseFloor global = floor(shards, "train.batch-size=50", "moments.scope=global");
    assertThat(small.mean() / large.mean()).isCloseTo(2, within(0.2));
    assertThat(small.variance() / large.variance()).isCloseTo(2, within(0.2));
    assertThat(global.mean() / large.mean()).isCloseTo(1, within(0.1));
    assertThat(floor(shards, "train.batch-size=50", "moments.scope=dataset").mean())
        .isBetween(0.6 * global.mean(), 0.8 * global.mean());
    assertThat(
            floor(
                shards, "moments.scope=none", "moments.mean-weight=0", "moments.variance-weight=0"))
        .isEqualTo(NoiseFloor.NONE);
  }

  @Tag("long")
  @Test
  void imagesThatAreAllAlikeMissTheWholeVariance() {
    Shards shards = Shards.load(spark, new GlyphSource(2000, 1), 2, 1, -1);
    double whole = MomentDistance.ofAllAlike(whole(shards));
    Experiment two = Experiments.small("train.workers=2", "train.batch-size=100");
    assertThat(RealMoments.variance(shards, two, RealMoments.side(shards, two)))
        .isCloseTo(whole, within(0.03 * whole));
    Experiment perClass = two.with("moments.per-class=true");
    double within = RealMoments.variance(shards, perClass, RealMoments.side(shards, perClass));
    assertThat(within).isBetween(0.3 * whole, 0.95 * whole);
    Experiment none =
        two.with("moments.scope=none", "moments.mean-weight=0", "moments.variance-weight=0");
    assertThat(RealMoments.variance(shards, none, RealSide.UNKNOWN)).isNaN();
  }

  @Test
  void imagesOfMnistThatAreAllAlikeMissWhatTheReferenceSays() {
    assumeTrue(Files.isDirectory(MNIST), () -> MNIST + " is not there");
    Experiment two = Experiments.small("train.workers=2", "train.batch-size=100");
    ImageSource images = DataSets.open(two.data().withUri(MNIST.toString()), Map.of()).training();
    Shards shards = Shards.load(spark, images, 2, 1, -1);
    assertThat(RealMoments.variance(shards, two, RealSide.UNKNOWN)).isCloseTo(20.9, within(0.5));
  }

  @Tag("long")
  @Test
  void twoRealBatchesOfMnistDifferAsTheReferenceSays() {
    NoiseFloor floor = floorOfMnist("train.workers=1", "train.batch-size=100");
    assertThat(floor.mean()).isCloseTo(3.40, within(0.44));
    assertThat(floor.variance()).isCloseTo(3.11, within(0.31));
    assertThat(floor.meanSd()).isCloseTo(0.44, within(0.2));
    assertThat(floor.varianceSd()).isCloseTo(0.31, within(0.15));
  }

  @Test
  void workersTogetherMeasureWhatOneWouldWithTheirBatches() {
    NoiseFloor floor = floorOfMnist("train.workers=2", "train.batch-size=50");
    assertThat(floor.mean()).isCloseTo(3.40, within(0.3));
    assertThat(floor.variance()).isCloseTo(3.11, within(0.25));
  }

  @Test
  void smallerBatchesHaveTheHigherFloorOfTheReference() {
    NoiseFloor floor = floorOfMnist("train.workers=1", "train.batch-size=25");
    assertThat(floor.mean()).isCloseTo(6.61, within(0.5));
    assertThat(floor.variance()).isCloseTo(5.91, within(0.4));
  }

  private static Moments whole(Shards shards) {
    return RealMoments.whole(shards, Clusters.ONE).get(0);
  }

  private static NoiseFloor floor(Shards shards, String... settings) {
    List<String> all = new ArrayList<>(List.of(settings));
    all.add("train.workers=2");
    return floor(shards, Experiments.small(all.toArray(String[]::new)));
  }

  private static NoiseFloor floorOfMnist(String... settings) {
    assumeTrue(Files.isDirectory(MNIST), () -> MNIST + " is not there");
    Experiment experiment = Experiments.named("ff-5", settings);
    ImageSource images =
        DataSets.open(experiment.data().withUri(MNIST.toString()), Map.of()).training();
    return floor(Shards.load(spark, images, experiment.train().workers(), 1, -1), experiment);
  }

  private static NoiseFloor floor(Shards shards, Experiment experiment) {
    return RealMoments.floor(shards, experiment, RealMoments.side(shards, experiment));
  }
}
