package io.momentgan.data.pictures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.Experiments;
import io.momentgan.config.DataConfig;
import io.momentgan.data.DataException;
import io.momentgan.data.DataSet;
import io.momentgan.data.decoding.ImageFixtures;
import io.momentgan.data.sets.DataSets;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PictureArchiveTest {
  private static final int DAMAGES = 20;

  @TempDir private Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"deflated.zip", "stored.zip", "some.tar"})
  void isReadAsIfItWereUnpacked(String name) throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (String split : List.of("train", "test")) {
      files.put("pets/%s/dog/1.png".formatted(split), png(0xFF0000));
      files.put("pets/%s/b\u00e4r/1.png".formatted(split), png(0x00FF00));
      files.put("pets/%s/b\u00e4r/2.jpg".formatted(split), jpeg(0x0000FF));
    }
    files.put("__MACOSX/pets/train/dog/._1.png", png(0));
    files.put("pets/notes.txt", new byte[9]);
    Path archive = archive(name, files);
    DataSet data = open(archive);
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path unpacked = folder.resolve("unpacked").resolve(file.getKey());
      Files.createDirectories(unpacked.getParent());
      Files.write(unpacked, file.getValue());
    }
    DataSet expected = open(folder.resolve("unpacked"));
    assertThat(data.classes()).isEqualTo(expected.classes()).containsExactly("b\u00e4r", "dog");
    assertThat(data.fingerprint()).isEqualTo(expected.fingerprint());
    int[] all = {2, 0, 1};
    assertThat(data.training().read(all).pixels())
        .isEqualTo(expected.training().read(all).pixels());
    assertThat(data.training().read(all).labels()).containsExactly(1, 0, 0);
    assertThat(data.test().orElseThrow().count()).isEqualTo(3);
    assertThat(data.rejected())
        .extracting(r -> r.file() + ": " + r.reason())
        .containsExactly(archive + "/pets/notes.txt: not an image");
  }

  @Test
  void namesThatLeaveTheArchiveAreNotUsed() throws IOException {
    DataSet data =
        open(
            archive(
                "a.zip", Map.of("a/1.png", png(0), "../evil.png", png(0), "\\b\\2.png", png(0))));
    assertThat(data.classes()).containsExactly("a", "b");
    assertThat(data.rejected())
        .singleElement()
        .satisfies(r -> assertThat(r.reason()).isEqualTo("a name that leaves the archive"));
  }

  @Test
  void aFileThatUnfoldsToManyBytesIsRejectedBeforeThat() throws IOException {
    byte[] bomb = Arrays.copyOf(png(0), 30 << 20);
    Path archive = archive("bomb.zip", Map.of("1.png", png(0), "2.png", bomb));
    assertThat(Files.size(archive)).isLessThan(100_000);
    DataSet data =
        open(archive, "data.images.max-pixels=1000000", "data.images.rejected-share=0.5");
    assertThat(data.training().count()).isEqualTo(1);
    assertThat(data.rejected())
        .singleElement()
        .satisfies(r -> assertThat(r.reason()).startsWith("more than 5048576 bytes"));
  }

  @Test
  void whatIsNoArchiveOfImagesIsNamed() throws IOException {
    assertThatThrownBy(() -> open(archive("texts.zip", Map.of("a.txt", new byte[3]))))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("texts.zip: found no image (1 .txt files)");
    Path gzip = folder.resolve("a.tar.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(gzip))) {
      Files.copy(archive("a.tar", Map.of("1.png", png(0))), out);
    }
    assertThatThrownBy(() -> open(gzip))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("found a compressed archive")
        .hasMessageContaining("unpack it");
    Path single = Files.write(folder.resolve("one.png"), png(0));
    assertThatThrownBy(() -> open(single))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("found a single PNG picture");
  }

  /** Wherever an archive is cut, it is refused. */
  @ParameterizedTest
  @ValueSource(strings = {"stored.zip", "some.tar"})
  void aCutArchiveIsRefused(String name) throws IOException {
    byte[] whole = Files.readAllBytes(some(name));
    Path cut = folder.resolve("cut-" + name);
    for (int end = 513; end < (name.endsWith("tar") ? 2560 : whole.length); end += 211) {
      Files.write(cut, Arrays.copyOf(whole, end));
      assertThatThrownBy(() -> open(cut)).as("%d bytes", end).isInstanceOf(DataException.class);
    }
  }

  /** A changed archive is refused, or its files are as they were or named. */
  @ParameterizedTest
  @ValueSource(strings = {"deflated.zip", "stored.zip", "some.tar"})
  void aChangedArchiveEndsInOneLine(String name) throws IOException {
    byte[] whole = Files.readAllBytes(some(name));
    Path changed = folder.resolve("changed-" + name);
    for (int seed = 0; seed < DAMAGES; seed++) {
      Random random = new Random(seed);
      byte[] bytes = whole.clone();
      for (int i = 0; i <= seed % 4; i++) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      Files.write(changed, bytes);
      try {
        assertThat(open(changed, "data.images.rejected-share=1").shape().height()).isEqualTo(4);
      } catch (DataException e) {
        assertThat(e.getMessage().lines()).as("seed %d", seed).hasSize(1);
      }
    }
  }

  private Path some(String name) throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("a/1.png", png(0xFF0000));
    files.put("b/1.png", png(0x00FF00));
    return archive(name, files);
  }

  private static byte[] png(int colour) throws IOException {
    return ImageFixtures.file(ImageFixtures.flat(8, colour), "png");
  }

  private static byte[] jpeg(int colour) throws IOException {
    return ImageFixtures.file(ImageFixtures.flat(8, colour), "jpeg");
  }

  private Path archive(String name, Map<String, byte[]> files) throws IOException {
    Path archive = folder.resolve(name);
    try (OutputStream out = Files.newOutputStream(archive)) {
      if (name.endsWith(".tar")) {
        tar(out, files);
      } else {
        zip(out, files, name.startsWith("stored"));
      }
    }
    return archive;
  }

  private static void tar(OutputStream out, Map<String, byte[]> files) throws IOException {
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(out, "UTF-8")) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        TarArchiveEntry entry = new TarArchiveEntry("./" + file.getKey());
        entry.setSize(file.getValue().length);
        tar.putArchiveEntry(entry);
        tar.write(file.getValue());
        tar.closeArchiveEntry();
      }
    }
  }

  private static void zip(OutputStream out, Map<String, byte[]> files, boolean stored)
      throws IOException {
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        ZipEntry entry = new ZipEntry(file.getKey());
        if (stored) {
          CRC32 crc = new CRC32();
          crc.update(file.getValue());
          entry.setMethod(ZipEntry.STORED);
          entry.setSize(file.getValue().length);
          entry.setCrc(crc.getValue());
        }
        zip.putNextEntry(entry);
        zip.write(file.getValue());
      }
    }
  }

  private static DataSet open(Path location, String... settings) {
    String[] all = Arrays.copyOf(settings, settings.length + 3);
    all[settings.length] = "data.uri=" + location;
    all[settings.length + 1] = "data.images.width=4";
    all[settings.length + 2] = "data.images.height=4";
    DataConfig config = Experiments.small(all).data();
    return DataSets.open(config, Map.of());
  }
}
