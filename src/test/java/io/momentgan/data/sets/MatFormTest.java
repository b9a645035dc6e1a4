package io.momentgan.data.sets;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.data.DataException;
import io.momentgan.data.DataSet;
import io.momentgan.data.ImageShape;
import io.momentgan.data.Images;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.commons.lang3.SerializationUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import us.hebi.matlab.mat.format.Mat5;
import us.hebi.matlab.mat.types.Array;
import us.hebi.matlab.mat.types.MatlabType;
import us.hebi.matlab.mat.types.Matrix;

class MatFormTest {
  @TempDir Path folder;

  private Path write(String name, Map<String, ? extends Array> variables) throws IOException {
    return Files.write(folder.resolve(name), MatBytes.file(true, variables));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void svhnIsReadAsTheLibraryReadsIt(boolean compressed) throws IOException {
    Files.write(folder.resolve("train_32x32.mat"), MatBytes.file(compressed, MatBytes.svhn(23)));
    write("test_32x32.mat", MatBytes.svhn(4));
    write("extra_32x32.mat", MatBytes.svhn(2));
    DataSet data = IdxBytes.open(folder);
    assertThat(data.kind()).isEqualTo(DataSet.Kind.MATLAB);
    assertThat(data.shape()).isEqualTo(new ImageShape(3, 32, 32));
    assertThat(data.test().orElseThrow().count()).isEqualTo(4);
    assertThat(data.classes()).hasSize(10).startsWith("0", "1");
    assertThat(data.verdict())
        .isEqualTo(
            "SVHN, 23 of 73257 published images; 4 of 26032 published test images; label 10 became class 0");
    assertThat(data.rejected())
        .hasSize(2)
        .allSatisfy(file -> assertThat(file.file()).contains("extra_32x32.mat"));
    Images read = SerializationUtils.clone(data.training()).read(new int[] {19, 0, 19, 22});
    assertThat(read.labels()).containsExactly(0, 1, 0, 3);
    Matrix stored = Mat5.readFromFile(folder.resolve("train_32x32.mat").toFile()).getMatrix("X");
    int next = 0;
    for (int image : new int[] {19, 0, 19, 22}) {
      for (int channel = 0; channel < 3; channel++) {
        for (int row = 0; row < 32; row++) {
          for (int column = 0; column < 32; column++) {
            assertThat(read.pixels()[next++])
                .isEqualTo(stored.getByte(new int[] {row, column, channel, image}));
          }
        }
      }
    }
  }

  @Test
  void aGivenFileBringsItsTestImagesAndExtraStandsAlone() throws IOException {
    Path training = write("train_32x32.mat", MatBytes.svhn(5));
    write("test_32x32.mat", MatBytes.svhn(4));
    Path extra = write("extra_32x32.mat", MatBytes.svhn(12));
    assertThat(IdxBytes.open(training).test()).isPresent();
    assertThat(IdxBytes.open(training).fingerprint())
        .isEqualTo(IdxBytes.open(folder).fingerprint());
    DataSet alone = IdxBytes.open(extra);
    assertThat(alone.training().count()).isEqualTo(12);
    assertThat(alone.test()).isEmpty();
    assertThat(IdxBytes.readAll(alone.training()).labels()[9]).isZero();
  }

  @Test
  void greyImagesOfTwoSplitsInOneFileAndLabelsInFloats() throws IOException {
    Path file =
        write(
            "digits.mat",
            Map.of(
                "X_train", MatBytes.pixels(4, 3, 12),
                "y_train", MatBytes.labels(MatlabType.Double, 12),
                "X_test", MatBytes.pixels(4, 3, 1),
                "y_test", MatBytes.labels(MatlabType.Int32, 1),
                "note", Mat5.newString("from a microscope")));
    DataSet data = IdxBytes.open(file);
    assertThat(data.shape()).isEqualTo(new ImageShape(1, 4, 3));
    assertThat(data.verdict()).contains("labels 1 to 10 became classes 0 to 9");
    Images read = IdxBytes.readAll(data.training());
    assertThat(read.labels()).startsWith(0, 1, 2).endsWith(9, 0, 1);
    // Row 0 of the second image: columns are four values apart.
    assertThat(read.pixels()[12]).isEqualTo(IdxBytes.pixel(12));
    assertThat(read.pixels()[13]).isEqualTo(IdxBytes.pixel(16));
    assertThat(data.test().orElseThrow().count()).isEqualTo(1);
    assertThat(data.rejected()).singleElement().asString().contains("note", "of type char");
  }

  @Test
  void whatIsMissingOrOtherwiseIsNamedInOneLine() throws IOException {
    assertRefused(Map.of("X", MatBytes.pixels(4, 3, 3, 5)), "found images without labels");
    assertRefused(
        Map.of("y", MatBytes.labels(MatlabType.Double, 5)),
        "y of type double and shape [5, 1], expected an array X");
    assertRefused(
        Map.of("X", MatBytes.pixels(4, 3, 3, 5), "y", MatBytes.labels(MatlabType.Double, 4)),
        "X of type uint8 and shape [4, 3, 3, 5] with 4 labels in y, expected uint8 of shape");
    assertRefused(
        Map.of("X", MatBytes.pixels(5, 4, 4, 3), "y", MatBytes.labels(MatlabType.Double, 5)),
        "shape [5, 4, 4, 3] with 5 labels");
    assertRefused(
        Map.of("X", MatBytes.pixels(4, 4, 2, 5), "y", MatBytes.labels(MatlabType.Double, 5)),
        "with 1 or 3 channels");
    assertRefused(
        Map.of(
            "X",
            Mat5.newMatrix(new int[] {4, 4, 3, 5}, MatlabType.Double),
            "y",
            MatBytes.labels(MatlabType.Double, 5)),
        "X of type double");
    assertRefused(
        Map.of("X", MatBytes.pixels(4, 4, 5), "y", Mat5.newMatrix(5, 10, MatlabType.Double)),
        "labels of shape [5, 10], expected [n, 1]");
    assertRefused(
        Map.of("X", MatBytes.pixels(4, 4, 5), "y", Mat5.newCell(5, 1)),
        "found images without labels");
    Matrix half = MatBytes.labels(MatlabType.Double, 5);
    half.setDouble(3, 1.5);
    assertRefused(Map.of("X", MatBytes.pixels(4, 4, 5), "y", half), "found label 1.5 of image 3");
    byte[] hdf5 = new byte[600];
    System.arraycopy("MATLAB 7.3 MAT-file".getBytes(US_ASCII), 0, hdf5, 0, 19);
    Path file = Files.write(folder.resolve("train.mat"), hdf5);
    assertThatThrownBy(() -> IdxBytes.open(file))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("version 7.3, which is HDF5, expected one of level 5");
  }

  private void assertRefused(Map<String, ? extends Array> variables, String message)
      throws IOException {
    Path file = write("train.mat", variables);
    assertThatThrownBy(() -> IdxBytes.open(file))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(message)
        .message()
        .satisfies(text -> assertThat(text.lines()).hasSize(1))
        .contains("train.mat", "; ");
  }

  @Test
  void variablesAboutPicturesDoNotHideThePictures() throws IOException {
    Files.write(folder.resolve("a.png"), ArrayFiles.png(7));
    write("train_annotations.mat", Map.of("labels", MatBytes.labels(MatlabType.Double, 5)));
    assertThat(IdxBytes.open(folder).kind()).isEqualTo(DataSet.Kind.IMAGES);
  }
}
