package io.momentgan.data.idx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.data.DataException;
import io.momentgan.data.DataSet;
import io.momentgan.data.HadoopFile;
import io.momentgan.data.ImageShape;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import io.momentgan.data.sets.DataSets;
import io.momentgan.data.sets.IdxBytes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IdxSourceTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({
    "train-images-idx3-ubyte, train-labels-idx1-ubyte, false",
    "train-images.idx3-ubyte, train-labels.idx1-ubyte, false",
    "train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, true",
    "train-images.idx3-ubyte.gz, train-labels-idx1-ubyte, true",
    "train-images-idx3-ubyte, train-labels.idx1-ubyte.gz, true",
  })
  void readsBackWhatWasWrittenUnderEachName(String imageName, String labelName, boolean gzip)
      throws IOException {
    byte[] images = IdxBytes.images(300);
    byte[] labels = IdxBytes.labels(300);
    Files.write(folder.resolve(imageName), gzip ? IdxBytes.gzip(images) : images);
    Files.write(folder.resolve(labelName), gzip ? IdxBytes.gzip(labels) : labels);

    Images read = IdxBytes.readAll(IdxBytes.open(folder).training());

    assertThat(read.shape()).isEqualTo(new ImageShape(1, IdxBytes.HEIGHT, IdxBytes.WIDTH));
    assertThat(read.pixels()).isEqualTo(Arrays.copyOfRange(images, 16, images.length));
    assertThat(read.labels()).isEqualTo(Arrays.copyOfRange(labels, 8, labels.length));
  }

  @Test
  void readsAFolderThroughAFileUri() throws IOException {
    IdxBytes.folder(folder, 30, 10);
    DataSet data = IdxBytes.open(folder.toUri());
    assertThat(data.training().count()).isEqualTo(30);
    assertThat(data.test().orElseThrow().count()).isEqualTo(10);
  }

  /** A file system that only the settings know. */
  public static final class ShelfFileSystem extends RawLocalFileSystem {
    @Override
    public URI getUri() {
      return URI.create("shelf:///");
    }
  }

  @Test
  void readsThroughTheFileSystemThatTheSettingsName() throws IOException {
    IdxBytes.folder(folder, 30, 10);
    Map<String, String> settings = Map.of("fs.shelf.impl", ShelfFileSystem.class.getName());
    DataSet data = DataSets.open(IdxBytes.config("shelf://" + folder, 0, 0), settings);
    assertThat(data.training().read(new int[] {29}).labels()).containsExactly(9);
  }

  @Test
  void findsTheLabelsBesideASingleImageFile() throws IOException {
    Files.write(folder.resolve("my-images-idx3-ubyte"), IdxBytes.images(20));
    Files.write(folder.resolve("my-labels-idx1-ubyte.gz"), IdxBytes.gzip(IdxBytes.labels(20)));
    DataSet data = IdxBytes.open(folder.resolve("my-images-idx3-ubyte"));
    assertThat(IdxBytes.readAll(data.training()).labels()).hasSize(20);
    assertThat(data.test()).isEmpty();
  }

  @Test
  void readsImagesWithoutLabels() throws IOException {
    Path file = Files.write(folder.resolve("pictures with a space"), IdxBytes.images(20));
    Images read = IdxBytes.readAll(IdxBytes.open(file).training());
    assertThat(read.count()).isEqualTo(20);
    assertThat(read.labels()).isEmpty();
  }

  @Test
  void travelsToAWorkerAndReadsThere() throws Exception {
    ImageSource source = IdxBytes.open(IdxBytes.folder(folder, 30, 10)).training();
    ByteArrayOutputStream wire = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(wire)) {
      out.writeObject(source);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(wire.toByteArray()))) {
      ImageSource arrived = (ImageSource) in.readObject();
      assertThat(arrived.read(new int[] {7}).pixels())
          .isEqualTo(source.read(new int[] {7}).pixels());
    }
    assertThat(wire.size()).isLessThan(4000);
  }

  @Test
  void refusesAnIndexBeyondTheLastImage() throws IOException {
    ImageSource source = IdxBytes.open(IdxBytes.folder(folder, 30, 10)).training();
    assertThatThrownBy(() -> source.read(new int[] {30}))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void noticesThatAFileWasReplacedAfterItWasOpened() throws IOException {
    ImageSource source = IdxBytes.open(IdxBytes.folder(folder, 30, 10)).training();
    Files.write(folder.resolve("train-images-idx3-ubyte.gz"), IdxBytes.images(31));
    assertThatThrownBy(() -> source.read(new int[] {0}))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("is not the file any more that this run began with");
  }

  @Test
  void keepsSecretsOutOfItsTextForm() {
    HadoopFile file = new HadoopFile("s3a://bucket/x", Map.of("fs.s3a.secret.key", "hush"));
    assertThat(file).hasToString("s3a://bucket/x");
  }
}
