package io.momentgan.extractor;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.Experiments;
import io.momentgan.SparkTests;
import io.momentgan.config.EvaluationConfig;
import io.momentgan.data.ImageShape;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import io.momentgan.quality.ClassStatistics;
import io.momentgan.sampling.Pixels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Colour images of 32x32, of which the class is the colour of a square somewhere. */
class ExtractorCacheTest {
  @TempDir private Path cache;

  /**
   * The images.
   *
   * @param count how many
   * @param seed of the drawing
   */
  private record Squares(int count, long seed) implements ImageSource {
    private static final int SIDE = 8;

    @Override
    public ImageShape shape() {
      return new ImageShape(3, 32, 32);
    }

    @Override
    public Images read(int[] indices) {
      byte[] pixels = new byte[indices.length * shape().features()];
      byte[] labels = new byte[indices.length];
      for (int i = 0; i < indices.length; i++) {
        SplittableRandom random = new SplittableRandom(31 * seed + indices[i]);
        labels[i] = (byte) (indices[i] % 3);
        int corner = i * shape().features() + 1024 * labels[i];
        int top = random.nextInt(32 - SIDE);
        int left = random.nextInt(32 - SIDE);
        for (int j = 0; j < SIDE * SIDE; j++) {
          pixels[corner + 32 * (top + j / SIDE) + left + j % SIDE] =
              (byte) (150 + random.nextInt(100));
        }
      }
      return new Images(shape(), pixels, labels);
    }
  }

  /** So that a first training's report tells its quality within seconds. */
  @Test
  void theEmbeddedDatasExtractorNeedsNoTraining() {
    MeasuredImages glyphs =
        MeasuredImages.open(
            Experiments.named("quickstart").data(), EvaluationConfig.Extractor.AUTO, Map.of());
    ExtractorCache extractors = new ExtractorCache(cache, Map.of());
    assertThat(extractors.name(glyphs)).isPresent();
    try (JavaSparkContext none = null) {
      TrainedExtractor shipped = extractors.of(none, glyphs);
      assertThat(extractors.name(glyphs)).contains(shipped.info().name());
      Images some = glyphs.heldOut().read(IntStream.range(0, 1000).toArray());
      float[] answers = shipped.open().extract(Pixels.toRows(some.pixels())).logProbabilities();
      ClassStatistics right = ClassStatistics.of(answers, shipped.classes(), some.labels());
      assertThat(right.accuracy()).isGreaterThan(0.99);
    }
    assertThat(cache).isEmptyDirectory();
  }

  @Tag("long")
  @Test
  void anExtractorIsTrainedOnceAndKeptWithItsAccuracy() throws IOException {
    MeasuredImages images =
        new MeasuredImages(
            new Squares(600, 1), new Squares(200, 2), true, "f00d", ExtractorTask.CLASSES);
    ExtractorCache extractors = new ExtractorCache(cache, Map.of("test", "1"));
    try (JavaSparkContext spark = SparkTests.local(2)) {
      TrainedExtractor trained = extractors.of(spark, images);
      assertThat(trained.info().accuracy()).isGreaterThan(0.95);
      assertThat(trained.info().shape()).isEqualTo("3x32x32");
      assertThat(trained.classes()).isEqualTo(3);
      float[] row = new float[images.shape().features()];
      assertThat(trained.open().extract(row).features()).hasSize(128);

      long written = Files.getLastModifiedTime(info(images)).toMillis();
      assertThat(extractors.of(spark, images).info()).isEqualTo(trained.info());
      assertThat(Files.getLastModifiedTime(info(images)).toMillis()).isEqualTo(written);

      damage(images);
      TrainedExtractor again = extractors.of(spark, images);
      assertThat(again.info().name()).as("bit by bit").isEqualTo(trained.info().name());
    }
  }

  private Path info(MeasuredImages images) {
    return new ExtractorCache(cache, Map.of()).folder(images).resolve("extractor.json");
  }

  private void damage(MeasuredImages images) throws IOException {
    try (Stream<Path> files = Files.list(info(images).getParent())) {
      assertThat(files).hasSize(2);
    }
    String text = Files.readString(info(images));
    Files.writeString(info(images), text.replaceFirst("\"sha256\" : \"..", "\"sha256\" : \"xx"));
  }
}
