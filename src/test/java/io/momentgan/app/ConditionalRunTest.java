package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs of networks that are told the classes of the images. */
class ConditionalRunTest {
  private static final int TILE = 2 * 28 + 2;

  @TempDir private Path folder;

  @Tag("long")
  @Test
  void gridsAndSamplesHaveAColumnPerClassAndResumingGivesTheSame() throws IOException {
    String[] settings = {
      "labels.classes=10",
      "samples.grid=25",
      "checkpoint.keep-last=9",
      "discriminator-input.opponent-rounds=2",
      "discriminator.spectral-norm=true"
    };
    Path run = TinyExperiment.train(folder.resolve("whole"), settings);
    BufferedImage grid = ImageIO.read(run.resolve("samples/epoch-0002.png").toFile());
    assertThat(grid.getWidth()).isEqualTo(10 * TILE - 2);
    assertThat(grid.getHeight()).isEqualTo(3 * TILE - 2);
    BufferedImage byClass = sample(run);
    assertThat(byClass.getWidth()).isEqualTo(10 * TILE - 2);
    BufferedImage threes = sample(run, "--label=3");
    assertThat(threes.getWidth()).isEqualTo(5 * TILE - 2);
    assertThat(tile(threes, 0)).isNotEqualTo(tile(byClass, 0));
    assertThat(tile(threes, 3)).isEqualTo(tile(byClass, 3));
    assertThat(CommandRun.of("sample", run.toString(), "--label=10", "--out=none.png").mistake())
        .contains("--label 10: expected a class from 0 to 9");
    assertThat(SameRun.snapshot(run).opponent()).isNotEmpty();
    String[] half = Arrays.copyOf(settings, settings.length + 1);
    half[settings.length] = "train.epochs=1";
    Path resumed = TinyExperiment.train(folder.resolve("half"), half);
    CommandRun.of("resume", resumed.toString(), "--set", "train.epochs=2").succeeds();
    SameRun.assertSame(resumed, run);
  }

  private BufferedImage sample(Path run, String... option) throws IOException {
    Path out = folder.resolve("sample.png");
    CommandRun.of(
            option.length == 0
                ? new String[] {"sample", run.toString(), "--count=20", "--out=" + out}
                : new String[] {"sample", run.toString(), "--count=20", "--out=" + out, option[0]})
        .succeeds();
    return ImageIO.read(out.toFile());
  }

  /** Pixels of a tile of the first row. */
  private static int[] tile(BufferedImage image, int column) {
    return image.getRGB(column * TILE, 0, TILE - 2, TILE - 2, null, 0, TILE - 2);
  }

  @Test
  void imagesWithoutClassesAreRefusedBeforeAnythingStarts() throws IOException {
    Path data = folder.resolve("data");
    IdxGlyphs.write(data, 200, 20);
    Files.delete(data.resolve("train-labels-idx1-ubyte"));
    String[] training =
        TinyExperiment.training(
            folder, "labels.classes=10", "data.validation=0", "data.uri=" + data);
    assertThat(CommandRun.of(training).mistake())
        .contains("labels.classes: found 10 with images that have no classes", "labels.classes=0");
    assertThat(folder.resolve("runs")).doesNotExist();
  }

  @Test
  void moreClassesThanTheNetworksKnowAreRefused() {
    assertThat(CommandRun.of(TinyExperiment.training(folder, "labels.classes=4")).refusal(2))
        .contains("labels.classes: found 4 with images of class 9", "set labels.classes=10");
  }
}
