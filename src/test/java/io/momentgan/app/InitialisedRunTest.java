package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.data.Images;
import io.momentgan.data.glyphs.GlyphSource;
import io.momentgan.network.state.NetworkState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.commons.lang3.ArrayUtils;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs whose first networks depend on the images. */
@Tag("long")
class InitialisedRunTest {
  private static final int UNITS = 16;
  private static final String[] NORMED = {
    "discriminator.layers.0.weight-norm=fixed",
    "discriminator.output-layer.weight-norm=trained",
    "generator.output-layer.weight-norm=trained",
    "train.init-images=100",
    "averaging.ema.half-life=1000.0",
    "checkpoint.keep-last=9"
  };

  @TempDir private Path folder;

  @Test
  void theFirstScalesAreThoseOfTheImagesAndResumingGivesTheSame() throws IOException {
    Path run = TinyExperiment.train(folder.resolve("whole"), NORMED);
    float[] params = SameRun.snapshot(run).discriminator().params();
    float[] fixed = Arrays.copyOfRange(params, params.length - UNITS - 1, params.length - 1);
    assertThat(fixed).doesNotContain(1f);
    Path once = TinyExperiment.train(folder.resolve("half"), with("train.epochs=1"));
    float[] half = SameRun.snapshot(once).discriminator().params();
    assertThat(Arrays.copyOfRange(half, half.length - UNITS - 1, half.length - 1))
        .as("fixed scales after another epoch")
        .isEqualTo(fixed);
    assertThat(half[half.length - 1]).as("trained scale").isNotEqualTo(params[params.length - 1]);
    CommandRun.of("resume", once.toString(), "--set", "train.epochs=2").succeeds();
    SameRun.assertSame(once, run);
    CommandRun.of("sample", run.toString(), "--count=20", "--out=" + folder.resolve("a.png"))
        .succeeds();
    for (Path file : networks(run)) {
      assertThat(MultiLayerNetwork.load(file.toFile(), false).getLayers())
          .allMatch(l -> l.getClass().getName().startsWith("org.deeplearning4j"));
    }
  }

  @Test
  void minibatchDiscriminationAndTheReferenceBatchGoOnAfterResuming() {
    String[] settings = {
      "generator.layers.0.virtual-batch-norm=true",
      "generator.batch-norm.virtual-batch=7",
      "discriminator.layers=[{type: dense, units: 16}, {type: minibatch, kernels: 5}]",
      "train.init-images=100",
      "train.averaging-frequency=1",
      "averaging.ema.half-life=1000.0",
    };
    Path run = TinyExperiment.train(folder.resolve("whole"), settings);
    Path once =
        TinyExperiment.train(folder.resolve("half"), ArrayUtils.add(settings, "train.epochs=1"));
    float[] half = SameRun.snapshot(once).generator().params();
    CommandRun.of("resume", once.toString(), "--set", "train.epochs=2").succeeds();
    SameRun.assertSame(once, run);
    int reference = 7 * 10; // latent vectors, the first parameters
    NetworkState generator = SameRun.snapshot(run).generator();
    assertThat(Arrays.copyOf(generator.params(), reference))
        .isEqualTo(Arrays.copyOf(half, reference));
    assertThat(generator.params()).isNotEqualTo(half);
    assertThat(Arrays.copyOf(SameRun.snapshot(run).averaging().ema(), reference))
        .isEqualTo(Arrays.copyOf(half, reference));
    CommandRun.of("sample", run.toString(), "--count=20", "--out=" + folder.resolve("a.png"))
        .succeeds();
  }

  private static Path[] networks(Path run) throws IOException {
    try (var files = Files.walk(run.resolve("checkpoints"))) {
      Path[] found = files.filter(file -> file.toString().endsWith(".zip")).toArray(Path[]::new);
      assertThat(found).hasSizeGreaterThanOrEqualTo(3);
      return found;
    }
  }

  @Test
  void outputBiasesBeginAtTheMeanImage() {
    Path run =
        TinyExperiment.train(
            folder,
            "generator.bias-from-data=true",
            "generator.output=sigmoid",
            "generator.optimizer.learning-rate=1.0e-60",
            "train.epochs=1");
    NetworkState generator = SameRun.snapshot(run).generator();
    Images images = new GlyphSource(400, 1).read(IntStream.range(0, 400).toArray());
    int first = generator.params().length - 784;
    for (int pixel = 0; pixel < 784; pixel++) {
      double sum = 0;
      for (int i = 0; i < 400; i++) {
        sum += (images.pixels()[i * 784 + pixel] & 0xFF) / 255.0;
      }
      double mean = Math.min(Math.max(sum / 400, 1e-7), 1 - 1e-7);
      assertThat(generator.params()[first + pixel])
          .isCloseTo((float) Math.log(mean / (1 - mean)), within(1e-4f));
    }
  }

  @Test
  void moreImagesThanThereAreAreRefusedBeforeAnythingStarts() {
    assertThat(
            CommandRun.of(TinyExperiment.training(folder, with("train.init-images=500"))).mistake())
        .contains("train.init-images: found 500, expected at most 400");
    assertThat(folder.resolve("runs")).doesNotExist();
  }

  private static String[] with(String setting) {
    String[] settings = Arrays.copyOf(NORMED, NORMED.length + 1);
    settings[NORMED.length] = setting;
    return settings;
  }
}
