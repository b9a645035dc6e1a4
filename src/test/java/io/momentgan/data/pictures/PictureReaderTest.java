package io.momentgan.data.pictures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.node.TextNode;
import io.momentgan.Experiments;
import io.momentgan.config.DataConfig;
import io.momentgan.data.DataException;
import io.momentgan.data.DataSet;
import io.momentgan.data.ImageShape;
import io.momentgan.data.Images;
import io.momentgan.data.decoding.ImageFixtures;
import io.momentgan.data.sets.DataInspection;
import io.momentgan.data.sets.DataSets;
import io.momentgan.data.sets.UnusedFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  @Test
  void hiddenFilesAndLeftoversDoNotCount() throws IOException {
    write("cat/1.png", 0xFF0000);
    write("dog/1.png", 0x00FF00);
    for (String left :
        List.of(
            ".ipynb_checkpoints/1.png",
            "cat/.ipynb_checkpoints/1-checkpoint.png",
            "cat/._1.png",
            "__MACOSX/cat/._1.png",
            "dog/@eaDir/1.png/THUMB.png",
            ".git/x/1.png",
            "$RECYCLE.BIN/1.png",
            "lost+found/1.png")) {
      write(left, 0);
    }
    for (String left : List.of(".DS_Store", "cat/Thumbs.db", "dog/desktop.ini", "_SUCCESS")) {
      Files.writeString(folder.resolve(left), "left behind");
    }
    DataSet data = open();
    assertThat(data.training().count()).isEqualTo(2);
    assertThat(data.classes()).containsExactly("cat", "dog");
    assertThat(data.rejected()).isEmpty();
  }

  @Test
  void foldersNamedTrainTestAndValAreSplits() throws IOException {
    for (String split : List.of("Train", "test", "valid")) {
      write(split + "/dog/deep/1.png", 0xFF0000);
      write(split + "/cat/1.png", 0x00FF00);
    }
    write("train.png", 0);
    DataSet data = open("data.images.flip=true", "data.validation=1");
    assertThat(data.classes()).containsExactly("cat", "dog");
    assertThat(data.training().count()).isEqualTo(4);
    assertThat(data.training().read(new int[] {0, 2}).labels()).containsExactly(0, 1);
    assertThat(data.test().orElseThrow().count()).isEqualTo(2); // never mirrored
    assertThat(data.validation().orElseThrow().read(new int[] {0, 1}).labels())
        .containsExactly(0, 1);
    assertThat(data.verdict()).contains("data.validation 1 is not used");
    assertThat(rejected(data)).containsExactly("train.png: outside the folders of the splits");
  }

  @Test
  void aClassMayBeCalledTrain() throws IOException {
    write("train/1.png", 0xFF0000);
    write("bus/1.png", 0x00FF00);
    assertThat(open().classes()).containsExactly("bus", "train");
  }

  @Test
  void splitsThatContradictEachOtherAreRefused() throws IOException {
    write("test/cat/1.png", 0);
    write("val/cat/1.png", 0);
    assertRefused("found test and val, expected a folder train beside");
    write("train/cat/1.png", 0);
    write("validation/cat/1.png", 0);
    assertRefused("found the folders val and validation, expected one of validation images");
    Files.delete(folder.resolve("validation/cat/1.png"));
    write("test/bird/1.png", 0);
    assertRefused("found the class bird in test/, expected classes of the training images");
  }

  @Test
  void classesAreInTheOrderOfTheirNumbers() throws IOException {
    for (String name : List.of("10", "9", "2", "01", "1", "a10", "a9")) {
      write(name + "/1.png", 0);
    }
    assertThat(open().classes()).containsExactly("01", "1", "2", "9", "10", "a9", "a10");
  }

  @Test
  void aFolderWithoutImagesIsNoClassAndNamed() throws IOException {
    write("ant/1.png", 0);
    write("cow/1.png", 0);
    Files.createDirectories(folder.resolve("bee"));
    DataSet data = open();
    assertThat(data.classes()).containsExactly("ant", "cow");
    assertThat(data.verdict()).contains("no class for folders without images: bee");
  }

  @Test
  void aStrayImageIsNamedAndTheClassesKept() throws IOException {
    for (int i = 0; i < 4; i++) {
      write("ant/%d.png".formatted(i), 0);
      write("cow/%d.png".formatted(i), 0);
    }
    write("preview.png", 0);
    DataSet data = open();
    assertThat(data.classes()).containsExactly("ant", "cow");
    assertThat(rejected(data))
        .containsExactly("preview.png: an image beside the folders of the classes");
    write("preview2.png", 0);
    DataSet more = open(); // two of eight are no strays
    assertThat(more.classes()).isEmpty();
    assertThat(more.training().count()).isEqualTo(10);
    assertThat(more.verdict()).contains("no classes: 2 images lie beside the folders ant, cow");
  }

  @Test
  void moreClassesThanLabelsAreSaid() throws IOException {
    byte[] png = ImageFixtures.file(ImageFixtures.flat(4, 0), "png");
    for (int i = 0; i < 257; i++) {
      Files.createDirectories(folder.resolve("c" + i));
      Files.write(folder.resolve("c%d/1.png".formatted(i)), png);
    }
    DataSet data = open();
    assertThat(data.classes()).isEmpty();
    assertThat(data.verdict())
        .contains("no classes: found 257, more than the 256 that labels tell apart");
  }

  @Test
  void linksAreFollowedOnce() throws IOException {
    for (int i = 0; i < 5; i++) {
      write("cat/%d.png".formatted(i), 0);
      write("dog/%d.png".formatted(i), 0);
    }
    Files.createSymbolicLink(folder.resolve("cat/up"), Path.of(".."));
    Files.createSymbolicLink(folder.resolve("cat/above"), Path.of("../.."));
    Files.createSymbolicLink(folder.resolve("ant"), Path.of("cat"));
    Files.createSymbolicLink(folder.resolve("dog/gone.png"), Path.of("/nowhere/x.png"));
    Files.createSymbolicLink(folder.resolve("dog/round"), Path.of("round"));
    DataSet data = open();
    assertThat(data.training().count()).isEqualTo(10);
    assertThat(data.classes()).containsExactly("cat", "dog");
    assertThat(rejected(data))
        .containsExactlyInAnyOrder(
            "above: a link to a folder that is read already",
            "ant: a link to a folder that is read already",
            "up: a link to a folder that is read already",
            "gone.png: a link to nothing",
            "round: a link to nothing");
  }

  @Test
  void aClassMayLieElsewhere(@TempDir Path elsewhere) throws IOException {
    Files.write(elsewhere.resolve("1.png"), ImageFixtures.file(ImageFixtures.flat(4, 0), "png"));
    write("dog/1.png", 0);
    Files.createSymbolicLink(folder.resolve("cat"), elsewhere);
    assertThat(open().classes()).containsExactly("cat", "dog");
  }

  @Test
  void namesMayHoldAnything() throws IOException {
    List<String> names =
        List.of(
            "a:b.png", "2020-01-01 12:00:00.png", "{x}[y]*?.png", "%41 +#.png", "new\nline.png");
    for (String name : names) {
      write("c:{1}/" + name, 0);
    }
    Files.writeString(folder.resolve("c:{1}/.a:b.png.crc"), "crc\0stale");
    DataSet data = open();
    assertThat(data.training().count()).isEqualTo(names.size());
    assertThat(data.training().read(new int[] {0, 1, 2, 3, 4}).labels())
        .containsExactly(0, 0, 0, 0, 0);
    assertThat(open(uri(folder.resolve("c:{1}"))).training().count()).isEqualTo(names.size());
  }

  @Test
  void whatIsNotReadIsCountedByExtensionAndReason() throws IOException {
    for (int i = 0; i < 6; i++) {
      write("%d.png".formatted(i), 0);
    }
    byte[] heic = "\0\0\0\30ftypheic\0\0\0\0mif1".getBytes(StandardCharsets.ISO_8859_1);
    for (int i = 0; i < 12; i++) {
      Files.write(folder.resolve("IMG_%d.HEIC".formatted(i)), heic);
    }
    Files.writeString(folder.resolve("notes.txt"), "text");
    Files.copy(folder.resolve("0.png"), folder.resolve("0.png.bak"));
    Files.copy(folder.resolve("0.png"), folder.resolve("photo")); // an image by its content
    Files.copy(folder.resolve("0.png"), folder.resolve("photo.heic")); // and this
    DataSet data = open("data.images.rejected-share=0");
    assertThat(data.training().count()).isEqualTo(8);
    assertThat(UnusedFiles.lines(data.rejected()))
        .containsExactly(
            "12 .heic files: HEIF, a format that is not read; convert it to JPEG or PNG, such as"
                + " IMG_0.HEIC",
            "0.png.bak: a backup or an unfinished copy",
            "notes.txt: not an image");
    assertThat(String.join("\n", DataInspection.of(data).lines()))
        .contains("not used     12 .heic files")
        .contains("originals  all 8x8 (height x width)");
  }

  @Test
  void photosOfOnlyForeignFormatsAreNamed() throws IOException {
    Files.write(
        folder.resolve("IMG_1.HEIC"),
        "\0\0\0\30ftypheic\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1));
    assertRefused("found no image (1 .heic files: HEIF, a format that is not read; convert it");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "file,label\na/1.png,dog\nb/2.png,cat\n",
        "\uFEFFLabel;Extra;File_Name\r\ndog;x;a/1.png\r\ncat;y;b/2.png\r\n",
        "a/1.png,dog\n./b/2.png,\"cat\"\n"
      })
  void aTableGivesTheClasses(String table) throws IOException {
    write("a/1.png", 0);
    write("a/3.png", 0);
    write("b/2.png", 0);
    Files.writeString(folder.resolve("labels.csv"), table);
    DataSet data = open();
    assertThat(data.classes()).containsExactly("cat", "dog");
    assertThat(data.training().read(new int[] {0, 1}).labels()).containsExactly(1, 0);
    assertThat(rejected(data)).containsExactly("3.png: not in labels.csv");
  }

  @Test
  void listsThatDoNotFitAreRefused() throws IOException {
    write("1.png", 0);
    Path table = folder.resolve("labels.csv");
    Files.writeString(table, "file,label\n1.png,a\n2.png,b\n");
    assertRefused("labels.csv: found 1 files that are not there (2.png)");
    Files.writeString(table, "file,label\n1.png,a\n1.png,b\n");
    assertRefused("labels.csv: found 1.png in the classes \"a\" and \"b\"");
    Files.writeString(table, "x,y,z\n1.png,a,b\n");
    assertRefused("labels.csv: found the first line \"x,y,z\"");
    Files.writeString(table, "file,label\n1.png\n");
    assertRefused("labels.csv: found the line \"1.png\"");
    Files.writeString(table, "");
    assertRefused("labels.csv: found no line");
    Files.writeString(table, "1.png,a\n");
    Files.writeString(folder.resolve("dataset.json"), "{\"labels\": [[\"1.png\", 3]]}");
    assertRefused("found dataset.json and labels.csv, expected one list of classes");
    Files.delete(table);
    assertThat(open().classes()).containsExactly("3");
    Files.writeString(folder.resolve("dataset.json"), "{\"labels\": null}");
    assertRefused("dataset.json: found no list \"labels\"");
    Files.writeString(folder.resolve("dataset.json"), "{");
    assertRefused("dataset.json: found damaged JSON");
  }

  @Test
  void theMessageOfTooFewImagesNamesAnExtension() throws IOException {
    write("1.png", 0);
    Files.writeString(folder.resolve("2.webp"), "RIFF\30\0\0\0WEBPVP8 ");
    assertRefused("found 1 of 2 image files unusable (1 .webp)");
  }

  private void assertRefused(String message) {
    assertThatThrownBy(this::open)
        .isInstanceOf(DataException.class)
        .hasMessageContaining(message)
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
  }

  private static List<String> rejected(DataSet data) {
    return data.rejected().stream()
        .map(r -> Path.of(r.file()).getFileName() + ": " + r.reason())
        .toList();
  }

  private void write(String name, int colour) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    String format = name.endsWith(".png") ? "png" : "jpeg";
    Files.write(file, ImageFixtures.file(ImageFixtures.halves(8, 8, colour, colour), format));
  }

  /** The location as a text, whatever YAML would make of it. */
  private static String uri(Path location) {
    return "data.uri=" + TextNode.valueOf(location.toString());
  }

  private DataSet open(String... settings) {
    List<String> all = new ArrayList<>();
    all.add(uri(folder));
    all.addAll(List.of("data.images.width=4", "data.images.height=4"));
    all.addAll(List.of(settings));
    DataConfig config = Experiments.small(all.toArray(String[]::new)).data();
    return DataSets.open(config, Map.of());
  }
}
