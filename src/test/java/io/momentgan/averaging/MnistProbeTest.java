package io.momentgan.averaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.momentgan.Experiments;
import io.momentgan.SparkTests;
import io.momentgan.config.Experiment;
import io.momentgan.data.DataSet;
import io.momentgan.data.sets.DataSets;
import io.momentgan.moments.NoiseFloor;
import io.momentgan.partition.Shards;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The noise floor on real MNIST, where it lies beside the repository. */
class MnistProbeTest {
  private static final Path MNIST = Experiments.REPOSITORY.resolve("../shared/data/mnist");

  @BeforeEach
  void findMnist() {
    assumeTrue(Files.isDirectory(MNIST), () -> MNIST + " is not there");
  }

  @Test
  void twoRealBatchesDifferAsTheReferenceSays() {
    NoiseFloor floor = floor("train.workers=1", "train.batch-size=100");
    assertThat(floor.mean()).isCloseTo(3.40, within(0.44));
    assertThat(floor.variance()).isCloseTo(3.11, within(0.31));
    assertThat(floor.meanSd()).isCloseTo(0.44, within(0.2));
    assertThat(floor.varianceSd()).isCloseTo(0.31, within(0.15));
  }

  @Test
  void workersTogetherMeasureWhatOneWouldWithTheirBatches() {
    NoiseFloor floor = floor("train.workers=2", "train.batch-size=50");
    assertThat(floor.mean()).isCloseTo(3.40, within(0.3));
    assertThat(floor.variance()).isCloseTo(3.11, within(0.25));
  }

  @Test
  void smallerBatchesHaveTheHigherFloorOfTheReference() {
    NoiseFloor floor = floor("train.workers=1", "train.batch-size=25");
    assertThat(floor.mean()).isCloseTo(6.61, within(0.5));
    assertThat(floor.variance()).isCloseTo(5.91, within(0.4));
  }

  private static NoiseFloor floor(String... settings) {
    Experiment experiment = Experiments.named("ff-5", settings);
    DataSet images = DataSets.open(experiment.data().withUri(MNIST.toString()), Map.of());
    int workers = experiment.train().workers();
    try (JavaSparkContext spark = SparkTests.local(workers)) {
      Shards shards = Shards.load(spark, images.training(), workers, 1, -1);
      return RealMoments.floor(shards, experiment, RealMoments.side(shards, experiment));
    }
  }
}
