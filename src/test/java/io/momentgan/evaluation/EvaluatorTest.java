package io.momentgan.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.Experiments;
import io.momentgan.SparkTests;
import io.momentgan.config.EvaluationConfig;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import io.momentgan.extractor.ExtractorCache;
import io.momentgan.extractor.MeasuredImages;
import io.momentgan.sampling.ImageDraw;
import io.momentgan.sampling.Interpolation;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sets of images whose worth is known, drawn from the embedded digits. */
class EvaluatorTest {
  private static final int SAMPLES = 1000;

  @TempDir private static Path folder;

  private static JavaSparkContext spark;
  private static MeasuredImages images;
  private static Evaluator evaluator;
  private static Evaluator.Evaluation real;

  @BeforeAll
  static void open() {
    spark = SparkTests.local(2);
    images =
        MeasuredImages.open(
            Experiments.small("data.glyphs.train=1000", "data.glyphs.test=" + SAMPLES).data(),
            EvaluationConfig.Extractor.AUTO,
            Map.of());
    evaluator = open(spark);
    real = evaluator.evaluate(new Picked(images.heldOut(), 1, 10));
  }

  private static Evaluator open(JavaSparkContext context) {
    return Evaluator.open(
        context,
        new ExtractorCache(folder, Map.of("test", "1")),
        new Evaluator.Setup(images, images.training(), images.fingerprint(), SAMPLES));
  }

  @AfterAll
  static void close() {
    evaluator.close();
    spark.close();
  }

  /**
   * Real images of the first few classes, each repeated.
   *
   * @param images where they come from
   * @param copies how often each is there
   * @param classes only the images below this class
   */
  private record Picked(ImageSource images, int copies, int classes) implements ImageDraw {
    @Override
    public int count() {
      return Integer.MAX_VALUE;
    }

    @Override
    public Images draw(int from, int to) {
      byte[] labels = images.read(IntStream.range(0, images.count()).toArray()).labels();
      int[] fitting = IntStream.range(0, labels.length).filter(i -> labels[i] < classes).toArray();
      int[] chosen =
          IntStream.range(from, to).map(i -> fitting[i / copies % fitting.length]).toArray();
      return images.read(chosen);
    }
  }

  @Test
  void realImagesAreAtTheFloor() {
    Quality quality = real.quality();
    assertThat(real.extractor().accuracy()).isGreaterThan(0.9);
    assertThat(quality.fd()).isCloseTo(real.real().fd(), within(1e-3));
    assertThat(quality.coverage()).isGreaterThan(0.7);
    assertThat(quality.missingModes()).isZero();
    assertThat(quality.classAccuracy()).isCloseTo(real.extractor().accuracy(), within(0.05));
    assertThat(quality.classAccuracy()).isEqualTo(real.real().classAccuracy());
    assertThat(Math.abs(quality.kid())).isLessThan(0.1 * real.independentPixels().kid());
    assertThat(real.real().memorisation()).isBetween(0.3, 0.7);
  }

  @Test
  void independentPixelsHaveTheRightMomentsAndNothingElse() {
    Quality pixels = real.independentPixels();
    assertThat(pixels.classAccuracy()).isNaN();
    assertThat(pixels.momentMean()).isLessThan(2 * real.real().momentMean());
    assertThat(pixels.momentVar()).isLessThan(2 * real.real().momentVar());
    assertThat(pixels.fd()).isGreaterThan(10 * real.real().fd());
    assertThat(pixels.coverage()).isLessThan(0.2 * real.real().coverage());
  }

  @Test
  void classesThatAreLeftOutAreMissing() {
    Quality quality = evaluator.evaluate(new Picked(images.heldOut(), 1, 3)).quality();
    assertThat(quality.missingModes()).isEqualTo(7);
    assertThat(quality.classShares().subList(3, 10)).allMatch(share -> share < 0.02);
    assertThat(quality.coverage()).isLessThan(0.5 * real.quality().coverage());
    assertThat(quality.classVariation()).isGreaterThan(0.6);
    assertThat(quality.fd()).isGreaterThan(5 * real.quality().fd());
  }

  @Test
  void oneImageRepeatedIsACollapse() {
    Quality quality = evaluator.evaluate(new Picked(images.heldOut(), SAMPLES, 10)).quality();
    assertThat(quality.nearDuplicates()).isEqualTo(1);
    assertThat(quality.pairDistance()).isLessThan(1e-3);
    assertThat(quality.classifierScore()).isLessThan(1.01);
    assertThat(quality.coverage()).isLessThan(0.05);
    assertThat(quality.missingModes()).isEqualTo(9);
    assertThat(quality.ndb()).isGreaterThan(quality.ndbBins() / 2);
  }

  @Test
  void copiesOfTrainingImagesAreSeenAsSuch() {
    Quality quality = evaluator.evaluate(new Picked(images.training(), 10, 10)).quality();
    assertThat(quality.memorisation()).isGreaterThan(0.99);
    assertThat(quality.nearDuplicates()).isGreaterThan(0.95);
    assertThat(quality.recall()).isLessThan(0.7 * real.quality().recall());
    assertThat(quality.missingModes()).isZero();
  }

  /** Five partitions instead of two; the second evaluator reads what the first one kept. */
  @Tag("long")
  @Test
  void figuresDoNotDependOnTheNumberOfWorkers() {
    Picked some = new Picked(images.heldOut(), 2, 7);
    Quality two = evaluator.evaluate(some).quality();
    spark.close();
    spark = SparkTests.local(5);
    evaluator = open(spark);
    assertThat(evaluator.evaluate(some).quality()).isEqualTo(two);
  }

  @Test
  void costGrowsNoFasterThanTheNumberOfImages() {
    assertThat(new Blocks(10_000).count()).isEqualTo(10);
    assertThat(new Blocks(100_000).count()).isEqualTo(100);
    assertThat(new Blocks(100_000).holding(QualityJob.MANIFOLD_IMAGES)).isEqualTo(5);
    assertThat(new Blocks(100_000).holding(PixelNeighbours.QUERIES)).isEqualTo(2);
  }

  @Test
  void interpolationGoesFromOneEndToTheOther() {
    float[] from = {3, 0};
    float[] to = {0, 3};
    assertThat(Interpolation.between(from, to, 0)).containsExactly(3, 0);
    assertThat(Interpolation.between(from, to, 1)[1]).isEqualTo(3);
    float half = (float) (3 * Math.sqrt(0.5));
    assertThat(Interpolation.between(from, to, 0.5))
        .containsExactly(new float[] {half, half}, within(1e-6f));
  }
}
