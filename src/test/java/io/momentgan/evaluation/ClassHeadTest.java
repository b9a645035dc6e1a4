package io.momentgan.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.Experiments;
import io.momentgan.config.Experiment;
import io.momentgan.data.Images;
import io.momentgan.data.glyphs.GlyphSource;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.Network;
import io.momentgan.partition.Shard;
import io.momentgan.sampling.RealDraw;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;

class ClassHeadTest {
  private static final int COUNT = 230;

  @ParameterizedTest
  @CsvSource({"classifier, none", "class-head, one-hot"})
  void accuracyIsThatOfTheLargestLogitOfAClass(String discriminator, String generator) {
    Experiment experiment =
        Experiments.small(
            "labels.classes=10",
            "labels.discriminator=" + discriminator,
            "labels.generator=" + generator);
    GlyphSource glyphs = new GlyphSource(COUNT, 1);
    Network network = GanNetworks.build(experiment, glyphs.shape(), DataType.FLOAT).discriminator();
    SparkConf conf =
        new SparkConf()
            .setMaster("local[2]")
            .setAppName("classes")
            .set("spark.ui.enabled", "false");
    double found;
    try (JavaSparkContext spark = new JavaSparkContext(conf)) {
      found =
          new ClassHead(experiment, network.state())
              .accuracy(spark, new RealDraw(glyphs, 1), COUNT);
    }
    Images images = glyphs.read(IntStream.range(0, COUNT).toArray());
    float[] rows = new Shard(0, images, -1).rows(IntStream.range(0, COUNT).toArray());
    double[] output = network.outputs(HostArrays.toArray(rows, COUNT, glyphs.shape().features()));
    int width = output.length / COUNT;
    int right = 0;
    for (int i = 0; i < COUNT; i++) {
      int best = width - 10;
      for (int c = best; c < width; c++) {
        best = output[i * width + c] > output[i * width + best] ? c : best;
      }
      right += best - (width - 10) == images.labels()[i] ? 1 : 0;
    }
    assertThat(right).isPositive();
    assertThat(found).isEqualTo((double) right / COUNT);
  }
}
