package io.momentgan.data.sets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.config.ConfigException;
import io.momentgan.data.DataSet;
import io.momentgan.data.ImageSource;
import io.momentgan.data.glyphs.GlyphSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataSetsTest {
  @TempDir Path folder;

  @BeforeEach
  void writeFiles() throws IOException {
    IdxBytes.folder(folder, 100, 20);
  }

  private DataSet open(String uri, int limit, int validation) {
    return DataSets.open(IdxBytes.config(uri, limit, validation), Map.of());
  }

  private DataSet open(int limit, int validation) {
    return open(folder.toString(), limit, validation);
  }

  @Test
  void validationIsTheHeadOfTheTrainingFileAndTrainingTheRest() {
    DataSet data = open(0, 30);
    ImageSource file = open(0, 0).training();
    assertThat(data.validation().orElseThrow().count()).isEqualTo(30);
    assertThat(data.training().count()).isEqualTo(70);
    assertThat(pixels(data.validation().orElseThrow(), 0)).isEqualTo(pixels(file, 0));
    assertThat(pixels(data.training(), 0)).isEqualTo(pixels(file, 30));
    assertThat(data.training().read(new int[] {69}).labels()).containsExactly(99 % 10);
  }

  @Test
  void limitCutsTheTrainingImagesFromTheEnd() {
    DataSet data = open(12, 30);
    assertThat(data.training().count()).isEqualTo(12);
    assertThat(pixels(data.training(), 11)).isEqualTo(pixels(open(0, 0).training(), 41));
    assertThat(data.validation().orElseThrow().count()).isEqualTo(30);
    assertThat(data.test().orElseThrow().count()).isEqualTo(20);
  }

  @Test
  void imagesInTheOrderOfClassesAreSpreadOverAllOfThem() throws IOException {
    byte[] labels = new byte[108];
    ByteBuffer.wrap(labels).putInt(2049).putInt(100);
    for (int i = 0; i < 100; i++) {
      labels[8 + i] = (byte) (i / 25);
    }
    Files.write(folder.resolve("train-labels-idx1-ubyte.gz"), IdxBytes.gzip(labels));
    DataSet data = open(16, 8);
    assertThat(labels(data.validation().orElseThrow())).containsExactly(0, 0, 1, 1, 2, 2, 3, 3);
    assertThat(labels(data.training()))
        .containsExactly(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
    assertThat(open(0, 8).training().count()).isEqualTo(92);
    assertThat(allPixels(open(0, 8).training()))
        .doesNotContainAnyElementsOf(allPixels(open(0, 8).validation().orElseThrow()));
    assertThat(labels(open(0, 0).training())).startsWith(0, 0).hasSize(100);
  }

  private static byte[] labels(ImageSource images) {
    return IdxBytes.readAll(images).labels();
  }

  private static List<String> allPixels(ImageSource images) {
    return IntStream.range(0, images.count())
        .mapToObj(i -> Arrays.toString(pixels(images, i)))
        .toList();
  }

  @Test
  void noValidationImagesUnlessAskedFor() {
    assertThat(open(0, 0).validation()).isEmpty();
    assertThat(open(0, 0).training().count()).isEqualTo(100);
  }

  @Test
  void refusesToKeepAllImagesForValidation() {
    assertThatThrownBy(() -> open(0, 100))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("Setting data.validation: found 100, expected less than the 100")
        .hasMessageContaining("set it to 10, or to 0");
  }

  @Test
  void refusesALimitAboveWhatIsThere() {
    assertThatThrownBy(() -> open(71, 30))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("Setting data.limit: found 71, expected at most 70 (100 images of");
  }

  @Test
  void glyphsAreSplitAlike() {
    DataSet data = open("glyphs", 25, 40);
    assertThat(data.kind()).hasToString("glyphs");
    assertThat(data.training().count()).isEqualTo(25);
    assertThat(data.validation().orElseThrow().count()).isEqualTo(40);
    assertThat(data.test().orElseThrow().count()).isEqualTo(20);
    assertThat(pixels(data.training(), 0)).isEqualTo(pixels(new GlyphSource(100, 1), 40));
    assertThat(data.verdict()).isEqualTo("drawn by MomentGAN, version 1");
  }

  @Test
  void testGlyphsAreNotTrainingGlyphs() {
    DataSet data = open("glyphs", 0, 0);
    assertThat(pixels(data.test().orElseThrow(), 3)).isNotEqualTo(pixels(data.training(), 3));
  }

  @Test
  void fingerprintIsThatOfTheContents(@TempDir Path other) throws IOException {
    assertThat(open(0, 30).fingerprint()).matches("[0-9a-f]{16}");
    IdxBytes.folder(other, 100, 20);
    assertThat(open(other.toString(), 0, 30).fingerprint()).isEqualTo(open(0, 30).fingerprint());
    IdxBytes.folder(other, 101, 20);
    assertThat(open(other.toString(), 0, 30).fingerprint()).isNotEqualTo(open(0, 30).fingerprint());
  }

  @Test
  void fingerprintIsThatOfTheSplits() {
    assertThat(open(0, 30).fingerprint())
        .isNotEqualTo(open(0, 20).fingerprint())
        .isNotEqualTo(open(50, 30).fingerprint())
        .isNotEqualTo(open("glyphs", 0, 30).fingerprint());
  }

  @Test
  void verdictOnUnpublishedFiles() {
    assertThat(open(0, 0).verdict()).isEqualTo("no published data set, nothing to compare with");
  }

  private static byte[] pixels(ImageSource images, int index) {
    return images.read(new int[] {index}).pixels();
  }
}
