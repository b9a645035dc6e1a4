package io.momentgan.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.Experiments;
import io.momentgan.SparkTests;
import io.momentgan.config.EvaluationConfig.Extractor;
import io.momentgan.data.DataException;
import io.momentgan.data.ImageShape;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import io.momentgan.extractor.ExtractorCache;
import io.momentgan.extractor.ExtractorTask;
import io.momentgan.extractor.MeasuredImages;
import io.momentgan.run.Json;
import io.momentgan.sampling.ImageDraw;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Images without labels: a bright bar at the top of one of four modes, told by a dot below it. */
@Tag("long")
@Tag("long")
class UnlabelledTest {
  private static final int SIDE = 16;
  private static final int MODES = 4;

  @TempDir private static Path folder;

  private static JavaSparkContext spark;
  private static MeasuredImages images;
  private static Evaluator evaluator;
  private static Evaluator.Evaluation real;

  /**
   * The images.
   *
   * @param count how many
   * @param seed of the drawing
   * @param modes only the first few modes
   * @param noise standard deviation of noise, in grey values
   */
  private record Bars(int count, long seed, int modes, double noise)
      implements ImageSource, ImageDraw {
    @Override
    public ImageShape shape() {
      return new ImageShape(1, SIDE, SIDE);
    }

    @Override
    public Images read(int[] indices) {
      byte[] pixels = new byte[indices.length * SIDE * SIDE];
      for (int i = 0; i < indices.length; i++) {
        draw(pixels, i * SIDE * SIDE, indices[i]);
      }
      return new Images(shape(), pixels, new byte[0]);
    }

    @Override
    public Images draw(int from, int to) {
      return read(IntStream.range(from, to).toArray());
    }

    private void draw(byte[] pixels, int from, int index) {
      SplittableRandom random = new SplittableRandom(31 * seed + index);
      int mode = index % modes;
      int left = random.nextInt(4);
      int light = 120 + random.nextInt(100);
      int top = random.nextInt(3);
      for (int p = 0; p < SIDE * SIDE; p++) {
        int y = p / SIDE;
        int x = p % SIDE;
        boolean bar = y >= top && y < top + 3 && x >= left && x < left + 10;
        boolean dot = y >= 8 && y < 11 && x / 4 == mode;
        double value = (bar || dot ? light : 20) + noise * random.nextGaussian();
        pixels[from + p] = (byte) Math.max(0, Math.min(255, value));
      }
    }
  }

  @BeforeAll
  static void open() {
    spark = SparkTests.local(2);
    images =
        new MeasuredImages(
            new Bars(600, 1, MODES, 5),
            new Bars(300, 2, MODES, 5),
            true,
            "f00d",
            ExtractorTask.ROTATION);
    evaluator = evaluator(folder);
    real = evaluator.evaluate(new Bars(300, 3, MODES, 5));
  }

  private static Evaluator evaluator(Path cache) {
    return Evaluator.open(
        spark,
        new ExtractorCache(cache, Map.of()),
        new Evaluator.Setup(images, images.training(), images.fingerprint(), 10_000));
  }

  @AfterAll
  static void close() {
    evaluator.close();
    spark.close();
  }

  @Test
  void theExtractorTellsAnglesAndItsNameSaysSo() {
    assertThat(real.extractor().name()).startsWith("rotation-v1-");
    assertThat(real.extractor().classes()).isEqualTo(4);
    assertThat(real.extractor().accuracy()).isGreaterThan(0.9);
    assertThat(folder.resolve("extractors/f00d-rotation-v1/extractor.zip")).exists();
  }

  @Test
  void noMoreImagesAreMeasuredThanAreHeldOut() {
    assertThat(real.quality().n()).isEqualTo(300);
    assertThat(real.real().n()).isEqualTo(300);
  }

  @Test
  void realImagesAreNearTheFloorAndFarFromTheCeiling() {
    assertThat(real.quality().fd()).isLessThan(3 * real.real().fd());
    assertThat(real.independentPixels().fd()).isGreaterThan(10 * real.real().fd());
    assertThat(real.quality().coverage()).isGreaterThan(0.7);
    assertThat(real.quality().memorisation()).isBetween(0.3, 0.8);
  }

  @Test
  void distanceGrowsWithNoise() {
    double[] distances =
        IntStream.of(5, 15, 30, 60, 120)
            .mapToDouble(n -> evaluator.evaluate(new Bars(300, 3, MODES, n)).quality().fd())
            .toArray();
    double[] sorted = distances.clone();
    Arrays.sort(sorted);
    assertThat(distances).containsExactly(sorted);
    assertThat(distances[4]).isGreaterThan(5 * distances[0]);
  }

  @Test
  void halfOfTheModesCoverLess() {
    Quality half = evaluator.evaluate(new Bars(300, 3, MODES / 2, 5)).quality();
    assertThat(half.coverage()).isLessThan(0.7 * real.quality().coverage());
    assertThat(half.fd()).isGreaterThan(2 * real.quality().fd());
  }

  @Test
  void measuresOfClassesAreAbsent() {
    Quality quality = real.quality();
    assertThat(quality.classShares()).isEmpty();
    assertThat(Json.line(quality))
        .contains("\"classifier_score\":null", "\"missing_modes\":null", "\"class_shares\":[]")
        .contains("\"confident\":null", "\"class_variation\":null", "\"mode_score\":null");
    assertThat(Measure.ofQuality("missing-modes").of(quality)).isEqualTo("-");
  }

  @Test
  void aSettingChoosesTheTask() {
    assertThat(glyphs(Extractor.AUTO, 400).task()).isEqualTo(ExtractorTask.CLASSES);
    assertThat(glyphs(Extractor.ROTATION, 400).task()).isEqualTo(ExtractorTask.ROTATION);
    assertThat(glyphs(Extractor.CLASSES, 400).samples(10_000)).isEqualTo(10_000);
    assertThat(glyphs(Extractor.ROTATION, 400).samples(10_000)).isEqualTo(100);
    assertThatThrownBy(() -> glyphs(Extractor.ROTATION, 40))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("found 40 training images, expected at least 64");
  }

  @Test
  void heldOutImagesOfFoldersAreOfAllClasses(@TempDir Path photos) throws IOException {
    for (String name : List.of("a", "b", "c")) {
      Files.createDirectory(photos.resolve(name));
      for (int i = 0; i < 20; i++) {
        BufferedImage photo = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
        photo.setRGB(i % 16, name.charAt(0) - 'a', 0xFFFFFF);
        ImageIO.write(photo, "png", photos.resolve(name).resolve(i + ".png").toFile());
      }
    }
    MeasuredImages found =
        MeasuredImages.open(
            Experiments.small("data.uri=" + photos, "data.images.height=16", "data.images.width=16")
                .data(),
            Extractor.AUTO,
            Map.of());
    assertThat(found.task()).isEqualTo(ExtractorTask.CLASSES);
    assertThat(labels(found.heldOut())).containsExactly(0, 0, 1, 1, 2, 2);
    assertThat(labels(found.training())).hasSize(54);
    assertThat(labels(found.training()).filter(label -> label == 1)).hasSize(18);
  }

  private static IntStream labels(ImageSource images) {
    byte[] labels = images.read(IntStream.range(0, images.count()).toArray()).labels();
    return IntStream.range(0, labels.length).map(i -> labels[i]);
  }

  private static MeasuredImages glyphs(Extractor extractor, int train) {
    return MeasuredImages.open(
        Experiments.small("data.glyphs.train=" + train, "data.glyphs.test=100").data(),
        extractor,
        Map.of());
  }
}
