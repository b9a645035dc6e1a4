package io.momentgan.data.sets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.data.DataException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Map;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.security.AccessControlException;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DamagedDataTest {
  private static final String IMAGES = "train-images-idx3-ubyte";
  private static final String LABELS = "train-labels-idx1-ubyte";

  @TempDir java.nio.file.Path folder;

  private void write(String name, byte[] bytes) throws IOException {
    Files.write(folder.resolve(name), bytes);
  }

  private AbstractThrowableAssert<?, ?> assertRefused(Object location) {
    return assertThatThrownBy(() -> IdxBytes.open(location))
        .isInstanceOf(DataException.class)
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
  }

  @Test
  void truncatedFile() throws IOException {
    write(IMAGES, IdxBytes.head(IdxBytes.images(10), 50));
    assertRefused(folder)
        .hasMessageContaining(IMAGES + ": truncated, found 34 bytes after the header, expected 60");
  }

  @Test
  void truncatedGzipFile() throws IOException {
    byte[] gzip = IdxBytes.gzip(IdxBytes.images(1000));
    write(IMAGES + ".gz", IdxBytes.head(gzip, gzip.length / 2));
    assertRefused(folder).hasMessageContaining(IMAGES + ".gz: truncated");
  }

  @Test
  void gzipFileWithWrongBytes() throws IOException {
    byte[] gzip = IdxBytes.gzip(IdxBytes.images(1000));
    gzip[gzip.length - 6] ^= 1; // within the checksum
    write(IMAGES + ".gz", gzip);
    assertRefused(folder).hasMessageContaining("damaged gzip file or archive (Corrupt GZIP");
  }

  @Test
  void bytesAfterTheLastImage() throws IOException {
    write(IMAGES, IdxBytes.head(IdxBytes.images(10), 16 + 60 + 1));
    assertRefused(folder)
        .hasMessageContaining("bytes follow the last image")
        .hasMessageContaining("found 61 bytes after the header, expected 60 for 10 images");
  }

  @Test
  void labelsGivenAsImages() throws IOException {
    write(IMAGES, IdxBytes.labels(10));
    assertRefused(folder)
        .hasMessageContaining("found IDX labels (magic 2049), expected IDX images (magic 2051)");
  }

  @Test
  void imagesGivenAsLabels() throws IOException {
    write(IMAGES, IdxBytes.images(10));
    write(LABELS, IdxBytes.images(10));
    assertRefused(folder)
        .hasMessageContaining(LABELS + ": found IDX images (magic 2051), expected IDX labels");
  }

  @Test
  void valuesOfAnotherType() throws IOException {
    write(IMAGES, IdxBytes.header(0x0D03, 1, 1, 1, 0));
    assertRefused(folder).hasMessageContaining("found IDX of type 0x0d in 3 dimensions");
  }

  @Test
  void zeroDimension() throws IOException {
    write(IMAGES, IdxBytes.header(2051, 10, 0, 28));
    assertRefused(folder).hasMessageContaining("found 10 images of 0 by 28 in its header");
  }

  @Test
  void dimensionsWhoseProductOverflows() throws IOException {
    write(IMAGES, IdxBytes.header(2051, 10, 65536, 65536));
    assertRefused(folder).hasMessageContaining("images of 65536 by 65536 in its header");
  }

  @Test
  void countAboveTheRangeOfIntegers() throws IOException {
    write(IMAGES, IdxBytes.header(2051, -1, 28, 28));
    assertRefused(folder).hasMessageContaining("found 4294967295 images of 28 by 28");
  }

  @Test
  void headerCutOff() throws IOException {
    write(IMAGES, IdxBytes.header(2051, 10));
    assertRefused(folder).hasMessageContaining("truncated within its header, expected 16 bytes");
  }

  @Test
  void emptyFile() throws IOException {
    write(IMAGES, new byte[0]);
    assertRefused(folder).hasMessageContaining("found 0 bytes, expected IDX images");
  }

  @Test
  void jpegFile() throws IOException {
    write("cat.jpg", IdxBytes.header(0xFFD8FFE0, 0, 0));
    assertRefused(folder.resolve("cat.jpg"))
        .hasMessageContaining("cat.jpg: found a single JPEG picture");
  }

  @Test
  void webPage() throws IOException {
    write(IMAGES + ".gz", "<!DOCTYPE html><html>404</html>".getBytes(StandardCharsets.UTF_8));
    assertRefused(folder).hasMessageContaining("found an HTML or XML page, expected IDX images");
  }

  @Test
  void otherNoise() throws IOException {
    write(IMAGES, "hello, world".getBytes(StandardCharsets.UTF_8));
    assertRefused(folder).hasMessageContaining("found no IDX file (first bytes 0x68656c6c)");
  }

  @Test
  void labelsOfAnotherCount() throws IOException {
    write(IMAGES, IdxBytes.images(10));
    write(LABELS, IdxBytes.labels(9));
    assertRefused(folder)
        .hasMessageContaining(LABELS + ": found 9 labels, expected 10, one for each image of");
  }

  @Test
  void testImagesOfAnotherShape() throws IOException {
    write(IMAGES, IdxBytes.images(10));
    write("t10k-images-idx3-ubyte", new byte[] {0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 9});
    assertRefused(folder).hasMessageContaining("found images of 1x1x1, expected 1x3x2 as in");
  }

  /** The local disk with labels that may be listed but not read. */
  public static final class GuardedFileSystem extends RawLocalFileSystem {
    @Override
    public FSDataInputStream open(Path file, int bufferSize) throws IOException {
      if (file.getName().contains("labels")) {
        throw new AccessControlException("Permission denied: " + file.getName());
      }
      return super.open(file, bufferSize);
    }

    @Override
    public URI getUri() {
      return URI.create("guarded:///");
    }
  }

  @Test
  void unreadableLabels() throws IOException {
    write(IMAGES, IdxBytes.images(10));
    write(LABELS, IdxBytes.labels(10));
    Map<String, String> settings = Map.of("fs.guarded.impl", GuardedFileSystem.class.getName());
    assertThatThrownBy(() -> DataSets.open(IdxBytes.config("guarded://" + folder, 0, 0), settings))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(LABELS + ": cannot be read (Permission denied: " + LABELS + ")");
  }

  @Test
  void emptyFolder() {
    assertRefused(folder)
        .hasMessageContaining(
            "no training images; found no files, expected train-images-idx3-ubyte")
        .hasMessageContaining(" or train-images.idx3-ubyte");
  }

  @Test
  void folderWithoutTrainingImages() throws IOException {
    write("t10k-images-idx3-ubyte", IdxBytes.images(10));
    assertRefused(folder).hasMessageContaining("found t10k-images-idx3-ubyte, expected train-");
  }

  @Test
  void missingPath() {
    assertRefused(folder.resolve("nowhere"))
        .hasMessageContaining("nowhere: no such file or folder")
        .hasMessageContaining("set data.uri to glyphs");
  }

  @Test
  void unknownScheme() {
    assertRefused("ftpx://host/mnist").hasMessageContaining("No FileSystem for scheme \"ftpx\"");
  }
}
