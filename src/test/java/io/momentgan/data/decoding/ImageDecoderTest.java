package io.momentgan.data.decoding;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.config.DataConfig.ImagesConfig;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.apache.commons.lang3.ArrayUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {
  private static final int RED = 0xFF0000;
  private static final int BLUE = 0x0000FF;
  private static final int COLOUR = 200 << 16 | 100 << 8 | 50;

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

  @ParameterizedTest
  @ValueSource(strings = {"png", "bmp", "gif", "tiff", "jpeg"})
  void formatsAreToldByContent(String format) throws Exception {
    assertColour(ImageFixtures.file(ImageFixtures.flat(24, COLOUR), format), 200, 100, 50);
  }

  @Test
  void webpIsRead() throws Exception {
    assertColour(ImageFixtures.webp(), 200, 100, 50);
    byte[] turned = decode(ImageFixtures.turnedWebp(), 3, 8);
    assertThat(value(turned, 3)).isGreaterThan(200); // red on top
    assertThat(value(turned, 60)).isLessThan(60);
  }

  @Test
  void theFirstOfSeveralPicturesIsTaken() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("gif").next();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.prepareWriteSequence(null);
      for (int colour : new int[] {COLOUR, 0}) {
        writer.writeToSequence(new IIOImage(ImageFixtures.flat(24, colour), null, null), null);
      }
      writer.endWriteSequence();
    } finally {
      writer.dispose();
    }
    assertColour(bytes.toByteArray(), 200, 100, 50);
  }

  @Test
  void fourColoursBecomeThree() throws Exception {
    assertThat(decode(ImageFixtures.cmyk(), 3, 8)).hasSize(3 * 64);
    assertThat(decode(ImageFixtures.fourChannels(), 3, 8)).hasSize(3 * 64);
  }

  /** Whole files about which the JDK's decoder warns or that it refuses. */
  @Test
  void extraBytesAndOddProfilesDoNoHarm() throws Exception {
    byte[] jpeg = ImageFixtures.file(ImageFixtures.flat(64, COLOUR), "jpeg");
    byte[] padded = Arrays.copyOf(jpeg, jpeg.length + 63);
    padded[jpeg.length - 2] = 0;
    padded[jpeg.length - 1] = 0;
    padded[padded.length - 2] = (byte) 0xFF;
    padded[padded.length - 1] = (byte) 0xD9;
    assertColour(padded, 200, 100, 50);
    byte[] profile = new byte[214];
    System.arraycopy("ICC_PROFILE\0\1\1".getBytes(ISO_8859_1), 0, profile, 0, 14);
    byte[] bad = ImageFixtures.segment(0xE2, profile);
    assertColour(ImageFixtures.inserted(jpeg, bad), 200, 100, 50);
    profile[13] = 2; // the first of two parts
    byte[] part = ImageFixtures.segment(0xE2, profile);
    assertColour(ImageFixtures.inserted(jpeg, part), 200, 100, 50);
    byte[] grey = ICC_Profile.getInstance(ColorSpace.CS_GRAY).getData();
    byte[] ofGrey = Arrays.copyOf("ICC_PROFILE\0\1\1".getBytes(ISO_8859_1), 14 + grey.length);
    System.arraycopy(grey, 0, ofGrey, 14, grey.length);
    assertColour(ImageFixtures.inserted(jpeg, ImageFixtures.segment(0xE2, ofGrey)), 200, 100, 50);
    byte[] stray = Arrays.copyOf(jpeg, 20); // between the first segment and the second
    stray = ArrayUtils.addAll(stray, (byte) 0, (byte) 0);
    stray = ArrayUtils.addAll(stray, Arrays.copyOfRange(jpeg, 20, jpeg.length));
    assertColour(stray, 200, 100, 50);
  }

  /** Each kind of transparency shows the background by the same rule. */
  @Test
  void transparentPixelsAreBlendedOverTheBackground() throws Exception {
    byte[] clear = {(byte) 200, 100, 50, 0};
    assertColour(ImageFixtures.png(24, 8, 6, clear), 255, 255, 255);
    byte[] half = {(byte) 200, 100, 50, (byte) 128};
    assertColour(ImageFixtures.png(24, 8, 6, half), 228, 177, 152);
    assertColour(ImageFixtures.halfOpaqueWebp(), 228, 177, 152);
    assertColour(ImageFixtures.png(24, 8, 4, new byte[] {120, 0}), 255, 255, 255);
    assertColour(ImageFixtures.png(24, 8, 4, new byte[] {120, (byte) 128}), 187, 187, 187);
    assertColour(ImageFixtures.png(24, 16, 4, new byte[] {120, 120, -128, 0}), 187, 187, 187);
    byte[] palette = ImageFixtures.chunk("PLTE", new byte[] {0, 0, 0, (byte) 200, 100, 50});
    byte[] one = {1};
    byte[] hidden = ImageFixtures.chunk("tRNS", new byte[] {-1, 0});
    assertColour(ImageFixtures.png(24, 8, 3, one, palette, hidden), 255, 255, 255);
    byte[] halfHidden = ImageFixtures.chunk("tRNS", new byte[] {-1, (byte) 128});
    assertColour(ImageFixtures.png(24, 8, 3, one, palette, halfHidden), 228, 177, 152);
    byte[] grey = ImageFixtures.chunk("tRNS", new byte[] {0, 120});
    assertColour(ImageFixtures.png(24, 8, 0, new byte[] {120}, grey), 255, 255, 255);
    assertColour(ImageFixtures.png(24, 8, 0, new byte[] {121}, grey), 121, 121, 121);
    byte[] rgb = ImageFixtures.chunk("tRNS", new byte[] {0, (byte) 200, 0, 100, 0, 50});
    byte[] colour = {(byte) 200, 100, 50};
    assertColour(ImageFixtures.png(24, 8, 2, colour, rgb), 255, 255, 255);
    byte[] other = {(byte) 200, 100, 51};
    assertColour(ImageFixtures.png(24, 8, 2, other, rgb), 200, 100, 51);
    assertColour(ImageFixtures.file(clearGif(), "gif"), 255, 255, 255);
  }

  private static BufferedImage clearGif() {
    byte[] levels = {0, 0};
    IndexColorModel model = new IndexColorModel(1, 2, levels, levels, levels, 1);
    BufferedImage image = new BufferedImage(24, 24, BufferedImage.TYPE_BYTE_BINARY, model);
    for (int i = 0; i < 24 * 24; i++) {
      image.getRaster().setSample(i % 24, i / 24, 0, 1);
    }
    return image;
  }

  @Test
  void theBackgroundIsThatOfTheSettings() throws Exception {
    ImagesConfig config = new ImagesConfig(3, 4, 4, true, false, "#0a141E", 10_000, 0);
    byte[] values =
        new ImageDecoder(config)
            .decode(ImageFixtures.png(4, 8, 6, new byte[] {1, 2, 3, 0}))
            .values();
    assertThat(values[0]).isEqualTo((byte) 10);
    assertThat(values[16]).isEqualTo((byte) 20);
    assertThat(values[32]).isEqualTo((byte) 30);
  }

  /** The JDK's reader unpacks all texts of a picture with a palette. */
  @Test
  void textsAreNotEvenUnpacked() throws Exception {
    byte[] palette = ImageFixtures.chunk("PLTE", new byte[] {0, 0, 0, (byte) 200, 100, 50});
    byte[] text = ImageFixtures.chunk("zTXt", bomb());
    byte[] profile = ImageFixtures.chunk("iCCP", bomb());
    byte[] file = ImageFixtures.png(24, 8, 3, new byte[] {1}, text, profile, palette);
    assertThat(file.length).isLessThan(300_000);
    assertColour(file, 200, 100, 50);
    assertThat(new String(PngChunks.of(file).file(), ISO_8859_1))
        .contains("PLTE", "IDAT", "IEND")
        .doesNotContain("zTXt", "iCCP");
  }

  /** 128 MiB of nothing. */
  private static byte[] bomb() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes("Comment\0\0".getBytes(ISO_8859_1));
    try (DeflaterOutputStream out = new DeflaterOutputStream(bytes)) {
      byte[] nothing = new byte[1 << 20];
      for (int i = 0; i < 128; i++) {
        out.write(nothing);
      }
    }
    return bytes.toByteArray();
  }

  private static void assertColour(byte[] file, int red, int green, int blue)
      throws RejectedImageException {
    byte[] values = decode(file, 3, 8);
    for (int i = 0; i < 64; i++) {
      assertThat(value(values, i)).isCloseTo(red, within(3));
      assertThat(value(values, 64 + i)).isCloseTo(green, within(3));
      assertThat(value(values, 128 + i)).isCloseTo(blue, within(3));
    }
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
