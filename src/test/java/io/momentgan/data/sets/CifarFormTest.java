package io.momentgan.data.sets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.data.DataException;
import io.momentgan.data.DataSet;
import io.momentgan.data.ImageShape;
import io.momentgan.data.Images;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.commons.lang3.SerializationUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CifarFormTest {
  @TempDir Path folder;

  private Path cifar10() throws IOException {
    Path inside = Files.createDirectories(folder.resolve("cifar-10-batches-bin"));
    for (int batch = 1; batch <= 5; batch++) {
      Files.write(
          inside.resolve("data_batch_%d.bin".formatted(batch)),
          ArrayFiles.cifar(1, 4, 4 * (batch - 1)));
    }
    Files.write(inside.resolve("test_batch.bin"), ArrayFiles.cifar(1, 3, 100));
    Files.writeString(
        inside.resolve("batches.meta.txt"),
        "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n");
    return inside;
  }

  @Test
  void cifar10IsReadAcrossItsBatches() throws IOException {
    Path inside = cifar10();
    DataSet data = IdxBytes.open(folder);
    assertThat(data.shape()).isEqualTo(new ImageShape(3, 32, 32));
    assertThat(data.classes()).hasSize(10).contains("frog");
    assertThat(data.verdict()).contains("CIFAR-10, 20 of 50000 published images");
    assertThat(data.test().orElseThrow().count()).isEqualTo(3);
    Images read = SerializationUtils.clone(data.training()).read(new int[] {17, 2, 17, 9});
    assertThat(read.labels()).containsExactly(7, 2, 7, 9);
    byte[] third = ArrayFiles.cifar(1, 1, 9);
    assertThat(Arrays.copyOfRange(read.pixels(), 3 * 3072, 4 * 3072))
        .isEqualTo(Arrays.copyOfRange(third, 1, 3073));
    assertThat(data.rejected()).isEmpty();
    assertThat(IdxBytes.open(inside).fingerprint()).isEqualTo(data.fingerprint());
  }

  @Test
  void cifar100UsesItsFineLabels() throws IOException {
    Files.write(folder.resolve("train.bin"), ArrayFiles.cifar(2, 12, 0));
    Files.write(folder.resolve("test.bin"), ArrayFiles.cifar(2, 12, 0));
    Files.writeString(
        folder.resolve("fine_label_names.txt"),
        String.join("\n", IntStream.range(0, 100).mapToObj(i -> "fine" + i).toList()) + "\n");
    Files.writeString(folder.resolve("coarse_label_names.txt"), "fish\n");
    DataSet data = IdxBytes.open(folder);
    assertThat(IdxBytes.readAll(data.training()).labels()).startsWith(1, 2, 3);
    assertThat(data.classes()).hasSize(100).startsWith("fine0");
    assertThat(data.rejected()).singleElement().asString().contains("coarse_label_names.txt");
  }

  @Test
  void incompleteOrDamagedFilesAreRefused() throws IOException {
    Path inside = cifar10();
    Path third = inside.resolve("data_batch_3.bin");
    Files.write(third, ArrayFiles.cifar(1, 3, 8));
    assertThatThrownBy(() -> IdxBytes.open(folder))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("data_batch_3.bin: found 3 images, expected 4 as in the other files");
    Files.write(third, Arrays.copyOf(ArrayFiles.cifar(1, 4, 8), 10_000));
    assertThatThrownBy(() -> IdxBytes.open(folder))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("found 10000 bytes, expected a positive multiple of 3073");
    Files.write(third, new byte[0]);
    assertThatThrownBy(() -> IdxBytes.open(folder))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("found 0 bytes");
    byte[] wrong = ArrayFiles.cifar(1, 4, 8);
    wrong[3073] = 10;
    Files.write(third, wrong);
    assertThatThrownBy(() -> IdxBytes.open(folder))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("found label 10 of image 1, expected a class from 0 to 9");
    Files.delete(third);
    assertThatThrownBy(() -> IdxBytes.open(folder))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("found no data_batch_3.bin");
  }

  @Test
  void thePythonVersionIsExplained() throws IOException {
    Files.write(folder.resolve("data_batch_1"), new byte[] {(byte) 0x80, 2});
    Files.write(folder.resolve("data_batch_2"), new byte[] {(byte) 0x80, 2});
    assertThatThrownBy(() -> IdxBytes.open(folder))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("expected the binary one; download cifar-10-binary.tar.gz");
  }
}
