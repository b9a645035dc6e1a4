package io.momentgan.data.sets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.config.ConfigException;
import io.momentgan.config.DataConfig;
import io.momentgan.data.DataException;
import io.momentgan.data.DataSet;
import io.momentgan.data.DataSet.RejectedFile;
import io.momentgan.data.ImageShape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The layouts of IDX in which MNIST's relatives circulate. */
class IdxLayoutsTest {
  @TempDir Path folder;

  private Path write(String name, byte[] bytes) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, bytes);
  }

  private static byte[] images(int count) {
    return ArrayFiles.idx(ArrayFiles.bytes(count * 6), count, 3, 2);
  }

  private static byte[] labels(int count, int first, int classes) {
    return ArrayFiles.idx(ArrayFiles.labels(count, first, classes), count);
  }

  private void emnist(String family) throws IOException {
    for (String split : new String[] {"train", "test"}) {
      write("emnist-%s-%s-images-idx3-ubyte".formatted(family, split), images(52));
      write("emnist-%s-%s-labels-idx1-ubyte".formatted(family, split), labels(52, 1, 26));
    }
  }

  private static DataSet open(Object location, boolean transpose) {
    DataConfig plain = IdxBytes.config(location.toString(), 0, 0);
    return DataSets.open(
        new DataConfig(plain.uri(), 0, 0, "unused", transpose, plain.glyphs(), plain.images()),
        Map.of());
  }

  @Test
  void emnistIsFoundWithItsTestImagesAndItsLabelsBecomeClassesFromZero() throws IOException {
    emnist("letters");
    DataSet data = IdxBytes.open(folder);
    assertThat(IdxBytes.readAll(data.training()).labels()).isEqualTo(ArrayFiles.labels(52, 0, 26));
    assertThat(IdxBytes.readAll(data.test().orElseThrow()).labels())
        .isEqualTo(ArrayFiles.labels(52, 0, 26));
    assertThat(data.classes()).hasSize(26).startsWith("A", "B").endsWith("Z");
    assertThat(data.verdict())
        .contains("labels 1 to 26 became classes 0 to 25")
        .contains("EMNIST stores rows and columns swapped: set data.transpose=true");
    assertThat(String.join("\n", DataInspection.of(data).lines())).contains("became classes");
  }

  @Test
  void emnistNamesItsClassesInAFile() throws IOException {
    emnist("balanced");
    Path mapping = folder.resolve("emnist-balanced-mapping.txt");
    StringBuilder lines = new StringBuilder("0 48\n");
    for (int label = 1; label <= 26; label++) {
      lines.append("%d %d %d\n".formatted(label, 'A' + label - 1, 'a' + label - 1));
    }
    Files.writeString(mapping, lines);
    DataSet data = IdxBytes.open(folder);
    assertThat(data.classes()).hasSize(26).startsWith("A", "B").endsWith("Z");
    assertThat(data.rejected()).isEmpty();
    assertThat(IdxBytes.open(folder.resolve("emnist-balanced-train-images-idx3-ubyte")).classes())
        .isEqualTo(data.classes());
    Files.writeString(mapping, "0 48\n1 65\n2 66\n");
    assertThatThrownBy(() -> IdxBytes.open(folder))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("found class 25, expected one of the 2 that have names");
    Files.writeString(mapping, "0 48\nzero\n");
    assertThatThrownBy(() -> IdxBytes.open(folder))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("emnist-balanced-mapping.txt: found \"zero\", expected a label and");
  }

  @Test
  void transposeSwapsRowsAndColumnsAndChangesTheFingerprint() throws IOException {
    emnist("letters");
    DataSet plain = open(folder, false);
    DataSet swapped = open(folder, true);
    assertThat(swapped.shape()).isEqualTo(new ImageShape(1, 2, 3));
    byte[] image = plain.training().read(new int[] {7}).pixels();
    assertThat(swapped.training().read(new int[] {7}).pixels())
        .containsExactly(image[0], image[2], image[4], image[1], image[3], image[5]);
    assertThat(swapped.fingerprint()).isNotEqualTo(plain.fingerprint());
    assertThat(swapped.verdict()).contains("data.transpose").doesNotContain("EMNIST stores");
  }

  @Test
  void transposeIsRefusedForWhatIsNoArray() {
    assertThatThrownBy(() -> open("glyphs", true))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("Setting data.transpose: found true with glyphs");
  }

  @Test
  void severalFamiliesAreNamedAndAFileChoosesOne() throws IOException {
    emnist("letters");
    emnist("balanced");
    assertThatThrownBy(() -> IdxBytes.open(folder))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("found 2 IDX data sets, expected one; set data.uri to one of")
        .hasMessageContaining("emnist-balanced-train-images-idx3-ubyte")
        .hasMessageContaining("emnist-letters-train-images-idx3-ubyte");
    DataSet data = IdxBytes.open(folder.resolve("emnist-balanced-train-images-idx3-ubyte"));
    assertThat(data.test()).isPresent();
    assertThat(data.files()).allMatch(file -> file.location().contains("balanced"));
  }

  @Test
  void qmnistHasItsClassInTheFirstOfEightColumns() throws IOException {
    write("qmnist-train-images-idx3-ubyte", images(20));
    ByteBuffer labels = ByteBuffer.allocate(12 + 20 * 32).putInt(0xC02).putInt(20).putInt(8);
    for (int i = 0; i < 20; i++) {
      labels.putInt(i % 10);
      for (int column = 1; column < 8; column++) {
        labels.putInt(-i * column);
      }
    }
    write("qmnist-train-labels-idx2-int", labels.array());
    assertThat(IdxBytes.readAll(IdxBytes.open(folder).training()).labels())
        .isEqualTo(ArrayFiles.labels(20, 0, 10));
    Path file = folder.resolve("qmnist-train-images-idx3-ubyte");
    assertThat(IdxBytes.open(file).training().read(new int[] {13}).labels()).containsExactly(3);
  }

  @Test
  void aLabelThatIsNoClassIsRefused() throws IOException {
    write("train-images-idx3-ubyte", images(2));
    write(
        "train-labels-idx1-int",
        ByteBuffer.allocate(16).putInt(0xC01).putInt(2).putInt(0).putInt(256).array());
    assertThatThrownBy(() -> IdxBytes.open(folder))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("found label 256 of image 1, expected a class from 0 to 255");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "MNIST/raw/", "raw/", "data/FashionMNIST/raw/"})
  void torchvisionsFolderIsFoundFromItsParents(String nested) throws IOException {
    write(nested + "train-images-idx3-ubyte", images(20));
    write(nested + "train-images-idx3-ubyte.gz", IdxBytes.gzip(images(20)));
    write(nested + "train-labels-idx1-ubyte", labels(20, 0, 10));
    write(nested + "t10k-labels-idx1-ubyte", labels(20, 0, 10));
    write("README.txt", new byte[3]);
    DataSet data = IdxBytes.open(folder);
    assertThat(IdxBytes.readAll(data.training()).labels()).hasSize(20);
    assertThat(data.test()).isEmpty();
    assertThat(data.rejected())
        .extracting(RejectedFile::reason)
        .containsExactlyInAnyOrder(
            "not an IDX file of images or labels, by its name",
            "labels without images",
            "second copy of " + nested + "train-images-idx3-ubyte.gz");
  }

  @Test
  void twoDataSetsBelowAFolderAreNamed() throws IOException {
    write("MNIST/raw/train-images-idx3-ubyte", images(20));
    write("FashionMNIST/raw/train-images-idx3-ubyte", images(20));
    assertThatThrownBy(() -> IdxBytes.open(folder))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("found 2 IDX data sets")
        .hasMessageContaining("FashionMNIST/raw/train-images-idx3-ubyte, ");
  }

  @Test
  void kagglesFoldersThatAreNamedLikeFilesAreFound() throws IOException {
    write("train-images-idx3-ubyte/train-images-idx3-ubyte", images(20));
    write("train-labels-idx1-ubyte/train-labels-idx1-ubyte", labels(20, 0, 10));
    write("t10k-images-idx3-ubyte/t10k-images-idx3-ubyte", images(10));
    write("t10k-labels-idx1-ubyte/t10k-labels-idx1-ubyte", labels(10, 0, 10));
    DataSet data = IdxBytes.open(folder);
    assertThat(data.training().read(new int[] {19}).labels()).containsExactly(9);
    assertThat(data.test().orElseThrow().read(new int[] {9}).labels()).containsExactly(9);
    assertThat(data.rejected()).isEmpty();
  }

  @Test
  void coloursMayComeFirstOrLast() throws IOException {
    byte[] values = ArrayFiles.bytes(4 * 3 * 5 * 2);
    write("last/train-images-idx4-ubyte", ArrayFiles.idx(values, 4, 5, 2, 3));
    write("first/train-images-idx4-ubyte", ArrayFiles.idx(values, 4, 3, 5, 2));
    DataSet last = IdxBytes.open(folder.resolve("last"));
    DataSet first = IdxBytes.open(folder.resolve("first"));
    assertThat(last.shape()).isEqualTo(new ImageShape(3, 5, 2)).isEqualTo(first.shape());
    assertThat(first.training().read(new int[] {1}).pixels())
        .isEqualTo(Arrays.copyOfRange(values, 30, 60));
    byte[] image = last.training().read(new int[] {1}).pixels();
    for (int channel = 0; channel < 3; channel++) {
      for (int i = 0; i < 10; i++) {
        assertThat(image[channel * 10 + i]).isEqualTo(values[30 + 3 * i + channel]);
      }
    }
    write("both/train-images-idx4-ubyte", ArrayFiles.idx(values, 8, 3, 5, 1));
    assertThatThrownBy(() -> IdxBytes.open(folder.resolve("both")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("found images of [3, 5, 1], expected [height, width]");
  }

  @Test
  void lettersHaveOneFingerprintInAnyLocale() throws IOException {
    write("train-images-idx3-ubyte", images(52));
    write("train-labels-idx1-ubyte", labels(52, 1, 26));
    DataSet here = IdxBytes.open(folder);
    assertThat(here.classes()).hasSize(26).startsWith("1").endsWith("26");
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      DataSet there = IdxBytes.open(folder);
      assertThat(there.fingerprint()).isEqualTo(here.fingerprint());
      assertThat(there.verdict()).isEqualTo(here.verdict());
    } finally {
      Locale.setDefault(before);
    }
  }
}
