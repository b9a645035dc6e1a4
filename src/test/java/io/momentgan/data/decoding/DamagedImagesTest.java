package io.momentgan.data.decoding;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.config.DataConfig.ImagesConfig;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

/** Whatever happened to a file, it is an image of the right shape or a rejection with a reason. */
class DamagedImagesTest {
  private static final int SIZE = 8;
  private static final List<byte[]> FILES = files();

  private static List<byte[]> files() {
    try {
      byte[] palette = ImageFixtures.chunk("PLTE", new byte[] {0, 0, 0, 9, 100, 50});
      byte[] clear = ImageFixtures.chunk("tRNS", new byte[] {-1, 0});
      byte[] jpeg = file("jpeg");
      return List.of(
          jpeg,
          ImageFixtures.oriented(jpeg, 6),
          ImageFixtures.cmyk(),
          file("png"),
          ImageFixtures.png(24, 8, 3, new byte[] {1}, palette, clear),
          ImageFixtures.png(24, 16, 6, new byte[] {1, 2, 3, 4, 5, 6, 7, 8}),
          ImageFixtures.webp(),
          ImageFixtures.halfOpaqueWebp(),
          ImageFixtures.turnedWebp(),
          file("bmp"),
          file("gif"),
          file("tiff"));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] file(String format) throws IOException {
    return ImageFixtures.file(ImageFixtures.halves(24, 24, 0xFF0000, 0x3060C0), format);
  }

  /**
   * Damage to a file.
   *
   * @param file which of the files
   * @param end share of it that remains
   * @param seed of the bytes that are changed
   * @param changes number of bytes that are changed
   * @param head whether they are among the first 64
   */
  record Damage(int file, double end, long seed, int changes, boolean head) {
    byte[] done() {
      byte[] bytes = FILES.get(file).clone();
      Random random = new Random(seed);
      for (int i = 0; i < changes; i++) {
        int at = random.nextInt(head ? Math.min(64, bytes.length) : bytes.length);
        bytes[at] = random.nextBoolean() ? (byte) random.nextInt(256) : (byte) -random.nextInt(2);
      }
      return Arrays.copyOf(bytes, (int) Math.round(end * bytes.length));
    }
  }

  @Provide
  Arbitrary<Damage> damages() {
    return net.jqwik.api.Combinators.combine(
            Arbitraries.integers().between(0, FILES.size() - 1),
            Arbitraries.oneOf(Arbitraries.just(1.0), Arbitraries.doubles().between(0, 1)),
            Arbitraries.longs(),
            Arbitraries.integers().between(0, 8),
            Arbitraries.of(true, false))
        .as(Damage::new);
  }

  @Property(tries = 400)
  void areDecodedOrRejected(@ForAll("damages") Damage damage) {
    try {
      DecodedPicture picture = decoder().decode(damage.done());
      assertThat(picture.values()).hasSize(3 * SIZE * SIZE);
    } catch (RejectedImageException e) {
      assertThat(e.getMessage()).isNotBlank().doesNotContain("\n", "null");
    }
  }

  /** No half of a file passes for a whole picture. */
  @Test
  void areRejectedWhereTheyAreCut() {
    for (byte[] file : FILES) {
      for (int share = 1; share < 9; share++) {
        byte[] cut = Arrays.copyOf(file, file.length * share / 10);
        assertThat(reason(cut)).as("%d tenths of %d bytes", share, file.length).isNotEmpty();
      }
    }
  }

  private static String reason(byte[] file) {
    try {
      decoder().decode(file);
      return "";
    } catch (RejectedImageException e) {
      return e.getMessage();
    }
  }

  private static ImageDecoder decoder() {
    return new ImageDecoder(new ImagesConfig(3, SIZE, SIZE, true, false, "#ffffff", 1_000_000, 0));
  }
}
