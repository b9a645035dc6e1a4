package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code train --data FOLDER}, without an experiment's file. */
class OwnPhotosTest {
  private static final String SHORT = "train.epochs=1";

  @TempDir private Path folder;

  @Tag("long")
  @Test
  void aFolderOfPhotosIsEnough() throws IOException {
    Path photos = photos(10);
    String out = folder.resolve("runs").toString();
    CommandRun training =
        CommandRun.of(
                "train",
                "--data",
                photos.toString(),
                "--out",
                out,
                "--set",
                SHORT,
                "--set",
                "train.passes=2",
                "--set",
                "averaging.ema.half-life=0")
            .succeeds();
    assertThat(training.err())
        .contains("Chosen from 10 images of " + photos)
        .contains("data.images.height = 32: the originals' smaller side has 40 pixels")
        .contains("data.images.flip = true: photos may be mirrored, which doubles 10 images")
        .contains("labels.classes = 0: the 2 classes are not used")
        .contains("augment.translation = 0.125: fewer than 5,000 images")
        .containsPattern("Time: about 1 minutes \\(2 iterations of 0\\.\\d+ s, the fastest of \\d+")
        .doesNotContain("train.epochs =");
    Path run = folder.resolve("runs/00000-auto");
    JsonNode so = new YAMLMapper().readTree(run.resolve("run.yaml").toFile()).get("experiment");
    assertThat(so.at("/augment/cutout").asDouble()).isEqualTo(0.5);
    assertThat(so.at("/train/batch-size").asInt() * so.at("/train/workers").asInt()).isEqualTo(20);
    assertThat(so.at("/data/images/width").asInt()).isEqualTo(32);
    assertThat(run.resolve("samples/epoch-0001.png")).exists();

    CommandRun onwards =
        CommandRun.of(
                "train",
                "--data",
                photos.toString(),
                "--from",
                run.toString(),
                "--out",
                out,
                "--dry-run",
                "--set",
                SHORT,
                "--set",
                "discriminator.freeze=2")
            .succeeds();
    assertThat(onwards.err()).contains(" and the settings of " + run);
    assertThat(onwards.out()).contains("sha256: ", "freeze: 2", "half-life: 0");
  }

  @Test
  void withoutExperimentAndDataTheCallIsRefused() {
    assertThat(CommandRun.of("train").mistake()).contains("Give an experiment", "--data FOLDER");
    assertThat(CommandRun.of("train", "--data", folder.resolve("none").toString()).mistake())
        .contains("none");
  }

  private Path photos(int count) throws IOException {
    Path photos = folder.resolve("photos");
    for (int i = 0; i < count; i++) {
      BufferedImage image = new BufferedImage(50, 40, BufferedImage.TYPE_INT_RGB);
      Graphics2D graphics = image.createGraphics();
      graphics.setColor(new Color(20 * i, 200 - 20 * i, 90));
      graphics.fillOval(i, i, 30, 20);
      graphics.dispose();
      Path of = Files.createDirectories(photos.resolve(i % 2 == 0 ? "cat" : "dog"));
      ImageIO.write(image, "png", of.resolve("p%02d.png".formatted(i)).toFile());
    }
    return photos;
  }
}
