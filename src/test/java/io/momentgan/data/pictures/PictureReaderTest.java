package io.momentgan.data.pictures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.momentgan.Experiments;
import io.momentgan.config.DataConfig;
import io.momentgan.data.DataException;
import io.momentgan.data.DataSet;
import io.momentgan.data.ImageShape;
import io.momentgan.data.Images;
import io.momentgan.data.decoding.ImageFixtures;
import io.momentgan.data.sets.DataSets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureReaderTest {
  @TempDir private Path folder;

  @Test
  void subfoldersAreClassesAndFilesComeInTheOrderOfTheirPaths() throws IOException {
    write("b/1.png", 0x00FF00);
    write("a/2.JPG", 0xFF0000);
    write("a/1.png", 0x0000FF);
    Files.writeString(folder.resolve("a/notes.txt"), "no image");
    DataSet data = open("data.images.rejected-share=0");
    assertThat(data.kind()).hasToString("images");
    assertThat(data.shape()).isEqualTo(new ImageShape(3, 4, 4));
    Images images = data.training().read(new int[] {0, 1, 2});
    assertThat(images.labels()).containsExactly(0, 0, 1);
    assertThat(images.pixels()[2 * 16] & 0xFF).isEqualTo(255); // blue of a/1.png
    assertThat(images.pixels()[48] & 0xFF).isGreaterThan(240); // red of a/2.JPG
    assertThat(images.pixels()[2 * 48 + 16] & 0xFF).isEqualTo(255); // green of b/1.png
    assertThat(data.training().read(new int[] {2}).labels()).containsExactly(1);
  }

  @Test
  void filesWithoutSubfolderHaveNoLabels() throws IOException {
    write("1.png", 0xFF0000);
    write("x/2.png", 0xFF0000);
    assertThat(open().training().read(new int[] {0, 1}).labels()).isEmpty();
  }

  @Test
  void mirrorImagesFollowTheirOriginals() throws IOException {
    Files.write(
        folder.resolve("1.png"),
        ImageFixtures.file(ImageFixtures.halves(4, 4, 0xFF0000, 0), "png"));
    DataSet data = open("data.images.flip=true");
    assertThat(data.training().count()).isEqualTo(2);
    byte[] pixels = data.training().read(new int[] {0, 1}).pixels();
    assertThat(Arrays.copyOf(pixels, 4)).containsExactly(-1, -1, 0, 0);
    assertThat(Arrays.copyOfRange(pixels, 48, 52)).containsExactly(0, 0, -1, -1);
  }

  @Test
  void brokenFilesAreNamedAndSkippedUpToAShare() throws IOException {
    for (int i = 0; i < 8; i++) {
      write("good-%d.png".formatted(i), 0xFF0000);
    }
    byte[] png = Files.readAllBytes(folder.resolve("good-0.png"));
    Files.write(folder.resolve("broken.png"), Arrays.copyOf(png, png.length / 2));
    Files.writeString(folder.resolve("page.jpg"), "<html>404</html>");
    DataSet data = open("data.images.rejected-share=0.2");
    assertThat(data.training().count()).isEqualTo(8);
    assertThat(data.rejected())
        .extracting(r -> Path.of(r.file()).getFileName() + ": " + r.reason().substring(0, 7))
        .containsExactly("broken.png: damaged", "page.jpg: a web p");
    assertThatThrownBy(() -> open("data.images.rejected-share=0.1"))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(
            "found 2 of 10 image files unusable (1 .jpg, 1 .png), expected at most a share of 0.1")
        .hasMessageContaining("data.images.rejected-share")
        .hasMessageContaining("broken.png: damaged");
  }

  @Test
  void theFingerprintFollowsTheContents() throws IOException {
    write("1.png", 0xFF0000);
    String before = open().fingerprint();
    assertThat(open().fingerprint()).isEqualTo(before);
    assertThat(open("data.images.height=5").fingerprint()).isNotEqualTo(before);
    write("1.png", 0xFE0000);
    assertThat(open().fingerprint()).isNotEqualTo(before);
  }

  @Test
  void theFingerprintFollowsTheClasses() throws IOException {
    write("a/1.png", 0xFF0000);
    write("b/2.png", 0x00FF00);
    String two = open().fingerprint();
    Files.move(folder.resolve("b/2.png"), folder.resolve("a/2.png"));
    assertThat(open().fingerprint()).isNotEqualTo(two);
  }

  @Test
  void catsMakeThreeBatchesOf64() {
    Path cats = Experiments.REPOSITORY.resolve("../shared/data/cats-192");
    assumeTrue(Files.isDirectory(cats), "no ../shared/data/cats-192 here");
    DataSet data = DataSets.open(Experiments.named("dcgan", "data.uri=" + cats).data(), Map.of());
    assertThat(data.rejected()).isEmpty();
    assertThat(data.training().count() / 64).isEqualTo(3);
    assertThat(data.shape()).isEqualTo(new ImageShape(3, 64, 64));
  }

  private void write(String name, int colour) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    String format = name.endsWith(".png") ? "png" : "jpeg";
    Files.write(file, ImageFixtures.file(ImageFixtures.halves(8, 8, colour, colour), format));
  }

  private DataSet open(String... settings) {
    String[] all = Arrays.copyOf(settings, settings.length + 4);
    all[settings.length] = "data.uri=" + folder;
    all[settings.length + 1] = "data.images.width=4";
    all[settings.length + 2] =
        Arrays.toString(settings).contains("height") ? "data.limit=0" : "data.images.height=4";
    all[settings.length + 3] = "data.validation=0";
    DataConfig config = Experiments.small(all).data();
    return DataSets.open(config, Map.of());
  }
}
