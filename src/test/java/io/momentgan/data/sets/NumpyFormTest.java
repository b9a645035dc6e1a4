package io.momentgan.data.sets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.data.DataException;
import io.momentgan.data.DataSet;
import io.momentgan.data.DataSet.RejectedFile;
import io.momentgan.data.ImageShape;
import io.momentgan.data.Images;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.lang3.SerializationUtils;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NumpyFormTest {
  private static final byte[] PIXELS = ArrayFiles.bytes(20 * 6);

  @TempDir Path folder;

  private Path write(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  private static byte[] images(int count) {
    return ArrayFiles.npy("|u1", Arrays.copyOf(PIXELS, count * 6), count, 3, 2);
  }

  private static byte[] labels(int count) {
    return ArrayFiles.npy("|u1", ArrayFiles.labels(count, 0, 10), count);
  }

  private static Map<String, byte[]> keras() {
    Map<String, byte[]> members = new LinkedHashMap<>();
    members.put("x_test.npy", images(10));
    members.put("x_train.npy", images(20));
    members.put("y_train.npy", labels(20));
    members.put("y_test.npy", labels(10));
    return members;
  }

  private AbstractThrowableAssert<?, ?> assertRefused(Path location) {
    return assertThatThrownBy(() -> IdxBytes.open(location))
        .isInstanceOf(DataException.class)
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void kerasArchiveIsReadStoredOrDeflatedFromFileOrFolder(boolean deflated) throws IOException {
    Path file = write("mnist.npz", ArrayFiles.npz(deflated, keras()));
    DataSet data = IdxBytes.open(file);
    assertThat(data.kind()).hasToString("numpy");
    assertThat(data.shape()).isEqualTo(new ImageShape(1, 3, 2));
    Images read = IdxBytes.readAll(SerializationUtils.clone(data.training()));
    assertThat(read.pixels()).isEqualTo(PIXELS);
    assertThat(read.labels()).isEqualTo(ArrayFiles.labels(20, 0, 10));
    assertThat(data.test().orElseThrow().count()).isEqualTo(10);
    assertThat(data.rejected()).isEmpty();
    assertThat(IdxBytes.open(folder).fingerprint()).isEqualTo(data.fingerprint());
    assertThat(data.training().read(new int[] {3, 1, 3}).labels()).containsExactly(3, 1, 3);
  }

  @Test
  void medMnistHasValidationImagesAndLabelsInAColumn() throws IOException {
    Map<String, byte[]> members = new LinkedHashMap<>();
    for (String split : new String[] {"train", "val", "test"}) {
      members.put(split + "_images.npy", images(10));
      members.put(
          split + "_labels.npy", ArrayFiles.npy("|u1", ArrayFiles.labels(10, 0, 10), 10, 1));
    }
    DataSet data = IdxBytes.open(write("pathmnist.npz", ArrayFiles.npz(true, members)));
    assertThat(data.validation().orElseThrow().count()).isEqualTo(10);
    assertThat(data.test().orElseThrow().count()).isEqualTo(10);
    assertThat(IdxBytes.readAll(data.training()).labels()).isEqualTo(ArrayFiles.labels(10, 0, 10));
  }

  @Test
  void labelsThatAreNotOnePerImageAreNamedAndLeftOut() throws IOException {
    write("images.npy", images(10));
    write("labels.npy", ArrayFiles.npy("|u1", new byte[140], 10, 14));
    write("notes.txt", new byte[1]);
    DataSet data = IdxBytes.open(folder);
    assertThat(IdxBytes.readAll(data.training()).labels()).isEmpty();
    assertThat(data.rejected()).hasSize(2);
    assertThat(data.rejected())
        .extracting(RejectedFile::reason)
        .anyMatch(reason -> reason.contains("labels of shape [10, 14]"))
        .contains("no .npy or .npz file");
  }

  @Test
  void kuzushijiHasAnArchivePerArray() throws IOException {
    for (String split : new String[] {"train", "test"}) {
      write(
          "kmnist-%s-imgs.npz".formatted(split),
          ArrayFiles.npz(true, Map.of("arr_0.npy", images(20))));
      write(
          "kmnist-%s-labels.npz".formatted(split),
          ArrayFiles.npz(true, Map.of("arr_0.npy", labels(20))));
    }
    for (Path location : new Path[] {folder, folder.resolve("kmnist-train-imgs.npz")}) {
      DataSet data = IdxBytes.open(location);
      assertThat(IdxBytes.readAll(data.training()).labels()).hasSize(20);
      assertThat(data.test().orElseThrow().count()).isEqualTo(20);
    }
  }

  @ParameterizedTest
  @CsvSource({"arr_0,arr_1", "images,labels", "x,y", "data,target", "X_train,Y_train"})
  void arraysUnderOtherNames(String images, String labels) throws IOException {
    Map<String, byte[]> members = Map.of(images + ".npy", images(20), labels + ".npy", labels(20));
    DataSet data = IdxBytes.open(write("a.npz", ArrayFiles.npz(true, members)));
    assertThat(IdxBytes.readAll(data.training()).labels()).hasSize(20);
  }

  @Test
  void aSingleArrayNeedsNoName() throws IOException {
    Path file = write("digits.npy", images(20));
    assertThat(IdxBytes.open(file).training().count()).isEqualTo(20);
    assertThat(IdxBytes.open(folder).training().count()).isEqualTo(20);
  }

  @Test
  void anArrayWithoutRoleIsNamed() throws IOException {
    Map<String, byte[]> members = keras();
    members.put("weights.npy", labels(3));
    DataSet data = IdxBytes.open(write("a.npz", ArrayFiles.npz(true, members)));
    assertThat(data.rejected())
        .extracting(RejectedFile::file)
        .singleElement()
        .asString()
        .endsWith("a.npz (weights.npy)");
  }

  @ParameterizedTest
  @CsvSource({
    "<f4, true",
    "<f8, true",
    ">f4, true",
    "<f4, false",
    "<i8, false",
    ">i2, false",
    "<u4, false"
  })
  void otherTypesAreReadWhereTheyAreExact(String type, boolean shares) throws IOException {
    int bytes = type.charAt(2) - '0';
    ByteBuffer values =
        ByteBuffer.allocate(120 * bytes)
            .order(type.charAt(0) == '<' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    for (byte pixel : PIXELS) {
      int value = pixel & 0xFF;
      switch (type.substring(1)) {
        case "f4" -> values.putFloat(shares ? value / 255f : value);
        case "f8" -> values.putDouble(shares ? value / 255.0 : value);
        case "i8" -> values.putLong(value);
        case "u4" -> values.putInt(value);
        default -> values.putShort((short) value);
      }
    }
    Path file = write("a.npy", ArrayFiles.npy(type, values.array(), 20, 3, 2));
    assertThat(IdxBytes.readAll(IdxBytes.open(file).training()).pixels()).isEqualTo(PIXELS);
  }

  @ParameterizedTest
  @CsvSource({"-0.5,1", "NaN,1", "0.3,1", "256,1", "1.5,0", "Infinity,0", "0.2,200"})
  void valuesThatWouldBeRoundedAreRefused(float value, float other) throws IOException {
    ByteBuffer values = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN);
    values.putFloat(other).putFloat(value).putFloat(0).putFloat(0).putFloat(other).putFloat(0);
    assertRefused(write("a.npy", ArrayFiles.npy("<f4", values.array(), 1, 3, 2)))
        .hasMessageContaining("in image 0, expected whole numbers from 0 to 255")
        .hasMessageContaining("store the images as uint8");
  }

  @Test
  void whatCannotBeReadIsRefusedWithTheReason() throws IOException {
    String fortran = "{'descr': '|u1', 'fortran_order': True, 'shape': (20, 3, 2), }";
    assertRefused(write("a.npy", ArrayFiles.npy(fortran, PIXELS)))
        .hasMessageContaining("found an array in Fortran order, expected C order");
    assertRefused(write("a.npy", ArrayFiles.npy("|O", PIXELS, 20, 3, 2)))
        .hasMessageContaining("found values of type |O");
    assertRefused(write("a.npy", ArrayFiles.npy("|u1", PIXELS, 5, 8, 3)))
        .hasMessageContaining("found shape [5, 8, 3]");
    assertRefused(write("a.npy", ArrayFiles.npy("|u1", new byte[256], 16, 16)))
        .hasMessageContaining("found shape [16, 16]");
    assertRefused(write("a.npy", ArrayFiles.npy("|u1", PIXELS, 20, 6)))
        .hasMessageContaining("found 6 values per image, expected a square number");
    assertRefused(write("a.npy", ArrayFiles.npy("|u1", PIXELS, 19, 3, 2)))
        .hasMessageContaining("bytes follow the last image");
    assertRefused(write("a.npy", ArrayFiles.npy("|u1", PIXELS, 0, 3, 2)))
        .hasMessageContaining("found shape [0, 3, 2]");
    Files.delete(folder.resolve("a.npy"));
    Map<String, byte[]> members = keras();
    members.put("y_train.npy", labels(19));
    assertRefused(write("a.npz", ArrayFiles.npz(true, members)))
        .hasMessageContaining("found 19 labels, expected 20");
    members.put("y_train.npy", labels(20));
    members.put("x_test.npy", ArrayFiles.npy("|u1", PIXELS, 10, 3, 4));
    members.remove("y_test.npy");
    assertRefused(write("a.npz", ArrayFiles.npz(true, members)))
        .hasMessageContaining("found images of 1x3x4, expected 1x3x2");
  }

  @Test
  void anArchiveCutOffBetweenMembersIsRefused() throws IOException {
    byte[] whole = ArrayFiles.npz(false, keras());
    int second = 30 + "x_test.npy".length() + images(10).length;
    int third = second + 30 + "x_train.npy".length() + images(20).length;
    assertRefused(write("a.npz", Arrays.copyOf(whole, third)))
        .hasMessageContaining("damaged gzip file or archive (found 2 members");
  }
}
