package io.momentgan.data.decoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.config.DataConfig.ImagesConfig;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageDecoderTest {
  private static final int RED = 0xFF0000;
  private static final int BLUE = 0x0000FF;

  @Test
  void channelsComeInTheOrderRedGreenBlue() throws Exception {
    byte[] pixels = decode(ImageFixtures.file(ImageFixtures.halves(8, 8, RED, BLUE), "png"), 3, 4);
    // 4 x 4: red plane, green plane, blue plane.
    assertThat(value(pixels, 0)).isGreaterThan(240);
    assertThat(value(pixels, 3)).isLessThan(15);
    assertThat(value(pixels, 16)).isZero();
    assertThat(value(pixels, 32)).isLessThan(15);
    assertThat(value(pixels, 35)).isGreaterThan(240);
  }

  @Test
  void theCentreIsTakenAndMarksLandWhereTheyShould() throws Exception {
    BufferedImage wide = ImageFixtures.halves(11, 5, 0, 0);
    wide.setRGB(3, 0, 0xFFFFFF); // first column of the crop: round((11 - 5) / 2) = 3
    wide.setRGB(7, 4, 0xFFFFFF); // its last column
    wide.setRGB(2, 2, 0xFFFFFF); // outside
    byte[] pixels = decode(ImageFixtures.file(wide, "png"), 1, 5);
    for (int i = 0; i < pixels.length; i++) {
      assertThat(value(pixels, i)).as("pixel %d", i).isEqualTo(i == 0 || i == 24 ? 255 : 0);
    }
  }

  /** A grid of single pixels is its mean when reduced, where a resampler without one aliases. */
  @Test
  void reductionDoesNotAlias() throws Exception {
    BufferedImage grid = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < 64; y++) {
      for (int x = 0; x < 64; x++) {
        grid.setRGB(x, y, (x + y) % 2 == 0 ? 0xFFFFFF : 0);
      }
    }
    for (byte value : decode(ImageFixtures.file(grid, "png"), 1, 8)) {
      assertThat(value & 0xFF).isCloseTo(127, within(12));
    }
  }

  @Test
  void greyStaysAsItIsStored() throws Exception {
    BufferedImage grey = new BufferedImage(6, 6, BufferedImage.TYPE_BYTE_GRAY);
    for (int y = 0; y < 6; y++) {
      for (int x = 0; x < 6; x++) {
        grey.getRaster().setSample(x, y, 0, 100);
      }
    }
    assertThat(decode(ImageFixtures.file(grey, "png"), 3, 6)).containsOnly(100);
    for (byte value : decode(ImageFixtures.file(grey, "jpeg"), 1, 6)) {
      assertThat(value & 0xFF).isCloseTo(100, within(2));
    }
  }

  /** Red is left before turning; where it is after, by the EXIF standard. */
  @ParameterizedTest
  @CsvSource({
    "1, left",
    "2, right",
    "3, right",
    "4, left",
    "5, top",
    "6, top",
    "7, bottom",
    "8, bottom"
  })
  void picturesAreTurnedUpright(int orientation, String redSide) throws Exception {
    byte[] jpeg = ImageFixtures.file(ImageFixtures.halves(32, 32, RED, BLUE), "jpeg");
    byte[] pixels = decode(ImageFixtures.oriented(jpeg, orientation), 3, 32);
    int middle = 16 * 32;
    int at =
        switch (redSide) {
          case "left" -> middle + 3;
          case "right" -> middle + 28;
          case "top" -> 3 * 32 + 16;
          default -> 28 * 32 + 16;
        };
    assertThat(value(pixels, at)).isGreaterThan(200);
    assertThat(value(pixels, 2 * 32 * 32 + at)).isLessThan(60);
  }

  @Test
  void whatCannotBeUsedIsRejectedWithItsReason() throws IOException {
    byte[] whole = ImageFixtures.file(ImageFixtures.halves(64, 64, RED, BLUE), "jpeg");
    assertRejected(Arrays.copyOf(whole, whole.length / 2), "damaged");
    byte[] png = ImageFixtures.file(ImageFixtures.halves(64, 64, RED, BLUE), "png");
    assertRejected(Arrays.copyOf(png, png.length / 2), "damaged");
    assertRejected(new byte[0], "empty");
    assertRejected("no picture at all".getBytes(StandardCharsets.UTF_8), "not an image");
    assertRejected("<!DOCTYPE html><html>".getBytes(StandardCharsets.UTF_8), "a web page");
    assertRejected(new byte[1 << 21], "not an image");
    byte[] padded = Arrays.copyOf(whole, 1 << 21);
    assertRejected(padded, "more than 1088576 bytes, 4 for each of data.images.max-pixels");
    assertRejected(
        ImageFixtures.file(ImageFixtures.halves(200, 200, RED, BLUE), "png"),
        "200 x 200 pixels, more than data.images.max-pixels 10000");
  }

  private static void assertRejected(byte[] file, String reason) {
    assertThatThrownBy(() -> decode(file, 3, 8))
        .isInstanceOf(RejectedImageException.class)
        .hasMessageStartingWith(reason);
  }

  private static byte[] decode(byte[] file, int channels, int size) throws RejectedImageException {
    return new ImageDecoder(
            new ImagesConfig(channels, size, size, true, false, "#ffffff", 10_000, 0))
        .decode(file)
        .values();
  }

  private static int value(byte[] pixels, int at) {
    return pixels[at] & 0xFF;
  }
}
