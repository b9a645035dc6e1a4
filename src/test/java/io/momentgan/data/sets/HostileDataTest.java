package io.momentgan.data.sets;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.sun.management.ThreadMXBean;
import io.momentgan.config.UserException;
import io.momentgan.data.decoding.ImageFixtures;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Small files that claim to be huge are refused in one line, without the memory that they claim.
 */
@Timeout(60)
class HostileDataTest {
  private static final long MOST_BYTES = 100 << 20;

  @TempDir Path folder;

  static Stream<Arguments> files() throws IOException {
    byte[] few = ArrayFiles.bytes(60);
    byte[] npy = ArrayFiles.npy("|u1", few, 1, 40_000, 40_000);
    return Stream.of(
        arguments("images.npy", npy),
        arguments("images.npy", ArrayFiles.npy("<f8", few, 2_000_000_000, 2_000_000_000)),
        arguments("images.npy", ArrayFiles.npy("|u1", few, 1, 8_000, 8_000)),
        arguments("images.npz", ArrayFiles.npz(true, Map.of("x_train.npy", npy))),
        arguments("train-images-idx3-ubyte", ArrayFiles.idx(few, 1, 40_000, 40_000)),
        arguments("train-images-idx3-ubyte", ArrayFiles.idx(few, 1, 8_000, 8_000)),
        arguments(
            "train-images-idx3-ubyte.gz",
            IdxBytes.gzip(ArrayFiles.idx(few, 2_000_000_000, 28, 28))),
        arguments("photos/a.png", png(60_000, 60_000)),
        arguments("photos/a.bmp", bmp(60_000, 60_000)),
        arguments("photos/a.gif", gif(60_000, 60_000)),
        arguments("photos/a.jpg", jpeg(60_000, 60_000)),
        arguments("train.csv", ("label," + "px,".repeat(3_000_000) + "px\n").getBytes(UTF_8)),
        arguments("photos.tar", tar(1L << 40)));
  }

  private static byte[] png(int width, int height) throws IOException {
    byte[] file = ImageFixtures.png(24, 8, 2, new byte[] {1, 2, 3});
    ByteBuffer.wrap(file).putInt(16, width).putInt(20, height);
    java.util.zip.CRC32 crc = new java.util.zip.CRC32();
    crc.update(file, 12, 17);
    ByteBuffer.wrap(file).putInt(29, (int) crc.getValue());
    return file;
  }

  private static byte[] bmp(int width, int height) throws IOException {
    byte[] file = ImageFixtures.file(ImageFixtures.halves(24, 24, 1, 2), "bmp");
    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putInt(18, width).putInt(22, height);
    return file;
  }

  private static byte[] gif(int width, int height) throws IOException {
    byte[] file = ImageFixtures.file(ImageFixtures.halves(24, 24, 1, 2), "gif");
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putShort(6, (short) width).putShort(8, (short) height);
    for (int at = 0; at < file.length - 9; at++) {
      if (file[at] == ',' && bytes.getShort(at + 5) == 24 && bytes.getShort(at + 7) == 24) {
        bytes.putShort(at + 5, (short) width).putShort(at + 7, (short) height);
      }
    }
    return file;
  }

  private static byte[] jpeg(int width, int height) throws IOException {
    byte[] file = ImageFixtures.file(ImageFixtures.halves(24, 24, 1, 2), "jpeg");
    for (int at = 0; at < file.length - 9; at++) {
      if (file[at] == -1 && file[at + 1] == (byte) 0xC0) {
        ByteBuffer.wrap(file).putShort(at + 5, (short) height).putShort(at + 7, (short) width);
      }
    }
    return file;
  }

  private static byte[] tar(long size) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    TarArchiveOutputStream out = new TarArchiveOutputStream(bytes);
    out.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_STAR);
    TarArchiveEntry entry = new TarArchiveEntry("a/b.png");
    entry.setSize(size);
    out.putArchiveEntry(entry);
    out.write(new byte[1024]);
    out.flush();
    return Arrays.copyOf(bytes.toByteArray(), 10_240);
  }

  @ParameterizedTest(name = "{0} {index}")
  @MethodSource("files")
  void isRefusedWithinLittleMemory(String name, byte[] bytes) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, bytes);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    Path given = name.contains(".") && !name.contains("/") ? file : folder.resolve("photos");
    assertThatThrownBy(() -> IdxBytes.open(given))
        .isInstanceOf(UserException.class)
        .message()
        .isNotBlank()
        .doesNotContain("\n");
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(MOST_BYTES);
  }
}
