package io.momentgan.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.momentgan.config.DataConfig;
import io.momentgan.config.EvaluationConfig;
import io.momentgan.config.ExperimentReader;
import io.momentgan.evaluation.Evaluator;
import io.momentgan.evaluation.Evaluator.Evaluation;
import io.momentgan.evaluation.Quality;
import io.momentgan.extractor.ExtractorCache;
import io.momentgan.extractor.MeasuredImages;
import io.momentgan.sampling.ImageDraw;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Ranks sets of known quality as the published calibration does. Runs where MNIST lies beside the
 * repository, with the user's extractor, which is trained if missing.
 */
@Tag("slow")
class MnistCalibrationTest {
  /** From best to worst. */
  private static final List<String> ORDER =
      List.of(
          "held-out images",
          "1000 training images repeated",
          "with noise, s = 0.1",
          "without class 9",
          "100 training images repeated",
          "blurred by 1-2-1",
          "classes 0 to 4 only",
          "independent pixels",
          "class 1 only");

  @Test
  void ranksKnownSets() {
    String mnist = System.getenv("MOMENTGAN_MNIST");
    assumeTrue(mnist != null, "MOMENTGAN_MNIST names no folder of MNIST's IDX files");
    DataConfig config = ExperimentReader.defaultData().withUri(mnist);
    MeasuredImages images =
        MeasuredImages.open(config, EvaluationConfig.Extractor.CLASSES, Map.of());
    Path cache = Path.of(System.getProperty("user.home"), ".cache/momentgan");
    Map<String, Evaluation> found = new HashMap<>();
    try (JavaSparkContext spark = new JavaSparkContext("local[2]", "test");
        Evaluator evaluator =
            Evaluator.open(
                spark,
                new ExtractorCache(cache, Map.of()),
                new Evaluator.Setup(images, images.training(), images.fingerprint(), 10_000))) {
      Map<String, ImageDraw> sets = KnownSets.of(images.training(), images.heldOut());
      ORDER.forEach(name -> found.put(name, evaluator.evaluate(sets.get(name))));
    }

    assertThat(ORDER.stream().map(name -> found.get(name).quality().fd()).toList()).isSorted();
    Evaluation real = found.get("held-out images");
    assertThat(real.extractor().accuracy()).isGreaterThan(0.989);
    assertThat(real.real().fd()).isCloseTo(1.09, within(0.4));
    assertThat(found.get("classes 0 to 4 only").quality().missingModes()).isEqualTo(5);
    assertThat(found.get("100 training images repeated").quality().memorisation()).isEqualTo(1);
    Quality pixels = found.get("independent pixels").quality();
    assertThat(pixels.momentMean()).isLessThan(1.5 * real.real().momentMean());
    assertThat(pixels.coverage()).isLessThan(0.05);
  }
}
