package io.momentgan.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.Experiments;
import io.momentgan.SparkTests;
import io.momentgan.classification.Classifier;
import io.momentgan.classification.Ensemble;
import io.momentgan.classification.TestImages;
import io.momentgan.config.Experiment;
import io.momentgan.data.ImageShape;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import io.momentgan.data.glyphs.GlyphSource;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.state.NetworkState;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;

@Tag("long")
class PredictionsTest {
  private static final int COUNT = 257;

  @TempDir private Path out;

  /** Digits in the order of their classes, as class folders have them. */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Sorted(int[] order) implements ImageSource {
    private static final GlyphSource GLYPHS = new GlyphSource(COUNT, 1);

    static Sorted ofAll() {
      byte[] labels = GLYPHS.read(IntStream.range(0, COUNT).toArray()).labels();
      return new Sorted(
          IntStream.range(0, COUNT)
              .boxed()
              .sorted(Comparator.comparingInt(i -> labels[i]))
              .mapToInt(Integer::intValue)
              .toArray());
    }

    @Override
    public int count() {
      return order.length;
    }

    @Override
    public ImageShape shape() {
      return GLYPHS.shape();
    }

    @Override
    public Images read(int[] indices) {
      return GLYPHS.read(IntStream.of(indices).map(i -> order[i]).toArray());
    }
  }

  /** Batches of one class alone have other statistics than those that errors are counted by. */
  @ParameterizedTest
  @ValueSource(strings = {"batch", "running"})
  void predictionsAreAsRightAsTheErrorsOnTestImagesSay(String statistics) {
    Sorted images = Sorted.ofAll();
    byte[] labels = images.read(IntStream.range(0, COUNT).toArray()).labels();
    try (JavaSparkContext spark = SparkTests.local(2);
        TestImages test = TestImages.of(spark, "test", images).orElseThrow()) {
      for (int seed = 1; seed <= 4; seed++) {
        Ensemble ensemble = new Ensemble(List.of(classifier(images.shape(), statistics, seed)));
        List<Row> rows = rows(spark, ensemble, images, out.resolve("seed-" + seed));
        assertThat(rows).hasSize(COUNT);
        int errors = 0;
        for (int i = 0; i < COUNT; i++) {
          assertThat(rows.get(i).<Long>getAs("index")).isEqualTo(i);
          assertThat(rows.get(i).<Integer>getAs("label")).isEqualTo((int) labels[i]);
          errors += rows.get(i).<Integer>getAs("prediction") == labels[i] ? 0 : 1;
        }
        assertThat(errors).as("seed %d", seed).isEqualTo(test.errors(ensemble).together());
      }
    }
  }

  private static Classifier classifier(ImageShape shape, String statistics, int seed) {
    Experiment experiment =
        Experiments.small(
            "train.seed=" + seed,
            "labels.classes=10",
            "labels.generator=none",
            "labels.discriminator=classifier",
            "discriminator.layers=[{type: dense, units: 20, batch-norm: true}]",
            "discriminator.batch-norm.sampling=" + statistics);
    NetworkState state =
        GanNetworks.build(experiment, shape, DataType.FLOAT).discriminator().state();
    return new Classifier("a run", experiment, shape, List.of(), state);
  }

  private static List<Row> rows(
      JavaSparkContext spark, Ensemble ensemble, ImageSource images, Path folder) {
    Predictions.Split all = new Predictions.Split("training", images);
    new Predictions(ensemble, List.of(all), new LabelMap(List.of(), List.of()))
        .write(spark, folder.toString());
    return SparkSession.builder()
        .sparkContext(spark.sc())
        .getOrCreate()
        .read()
        .parquet(folder.toString())
        .orderBy("index")
        .collectAsList();
  }
}
