package io.momentgan.data.decoding;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Image files for tests, as bytes. */
public final class ImageFixtures {
  private ImageFixtures() {}

  /** A picture whose left half has one colour and whose right half has another. */
  public static BufferedImage halves(int width, int height, int left, int right) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, x < width / 2 ? left : right);
      }
    }
    return image;
  }

  /** A file of a picture. */
  public static byte[] file(BufferedImage image, String format) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(image, format, bytes);
    return bytes.toByteArray();
  }

  /** A JPEG of four channels that says it is CMYK. */
  public static byte[] cmyk() throws IOException {
    byte[] adobe = {
      (byte) 0xFF, (byte) 0xEE, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0
    };
    return afterStart(fourChannels(), adobe);
  }

  /** A JPEG of four channels. */
  public static byte[] fourChannels() throws IOException {
    WritableRaster raster = Raster.createInterleavedRaster(0, 16, 16, 4, null);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(out);
      writer.write(null, new IIOImage(raster, List.of(), null), null);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  /** A JPEG with an EXIF orientation. */
  public static byte[] oriented(byte[] jpeg, int orientation) {
    byte[] exif = {
      (byte) 0xFF,
      (byte) 0xE1,
      0,
      34,
      'E',
      'x',
      'i',
      'f',
      0,
      0, // segment of 34 bytes
      'M',
      'M',
      0,
      42,
      0,
      0,
      0,
      8, // big-endian TIFF, first directory at 8
      0,
      1,
      0x01,
      0x12,
      0,
      3,
      0,
      0,
      0,
      1,
      0,
      (byte) orientation,
      0,
      0, // one entry: orientation
      0,
      0,
      0,
      0 // no next directory
    };
    return afterStart(jpeg, exif);
  }

  /** A picture of one colour. */
  public static BufferedImage flat(int size, int colour) {
    return halves(size, size, colour, colour);
  }

  /**
   * A PNG file as its parts.
   *
   * @param depth bits of a sample
   * @param kind 0 grey, 2 RGB, 3 palette, 4 grey and opacity, 6 RGB and opacity
   * @param pixel the bytes of each pixel
   * @param chunks further chunks, before the pixels
   */
  public static byte[] png(int size, int depth, int kind, byte[] pixel, byte[]... chunks) {
    ByteBuffer head = ByteBuffer.allocate(13).putInt(size).putInt(size);
    head.put((byte) depth).put((byte) kind);
    ByteArrayOutputStream rows = new ByteArrayOutputStream();
    for (int row = 0; row < size; row++) {
      rows.write(0);
      for (int column = 0; column < size; column++) {
        rows.writeBytes(pixel);
      }
    }
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
    file.writeBytes(chunk("IHDR", head.array()));
    for (byte[] chunk : chunks) {
      file.writeBytes(chunk);
    }
    file.writeBytes(chunk("IDAT", deflated(rows.toByteArray())));
    file.writeBytes(chunk("IEND", new byte[0]));
    return file.toByteArray();
  }

  /** A chunk of a PNG file. */
  public static byte[] chunk(String type, byte[] data) {
    byte[] name = type.getBytes(StandardCharsets.ISO_8859_1);
    CRC32 crc = new CRC32();
    crc.update(name);
    crc.update(data);
    return ByteBuffer.allocate(12 + data.length)
        .putInt(data.length)
        .put(name)
        .put(data)
        .putInt((int) crc.getValue())
        .array();
  }

  private static byte[] deflated(byte[] data) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DeflaterOutputStream out = new DeflaterOutputStream(bytes)) {
      out.write(data);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** A WebP file of 24 x 24 pixels (200, 100, 50), as libwebp writes it; ImageIO writes none. */
  public static byte[] webp() {
    return Base64.getDecoder()
        .decode(
            "UklGRkoAAABXRUJQVlA4ID4AAABQAwCdASoYABgAPhkKhEGhBQEABABhLKAOwB+AH6AAFMhyAAD+2ib//+K1h1nF"
                + "/4rf//+n0e6/qf/TnAAAAA==");
  }

  /** The same without loss and with an opacity of 128 of 255. */
  public static byte[] halfOpaqueWebp() {
    return Base64.getDecoder().decode("UklGRh4AAABXRUJQVlA4TBEAAAAvF8AFEAdQsiJXpoCBiOh/AAA=");
  }

  /** A WebP file, left half red, right half blue, that EXIF turns clockwise. */
  public static byte[] turnedWebp() {
    return Base64.getDecoder()
        .decode(
            "UklGRloAAABXRUJQVlA4WAoAAAAIAAAAFwAAFwAAVlA4TBoAAAAvF8AFAA8Q87//8x8OBAKEA/+1BgRE9D+SCUVY"
                + "SUYaAAAATU0AKgAAAAgAAQESAAMAAAABAAYAAAAAAAA=");
  }

  /** A segment of a JPEG file. */
  public static byte[] segment(int marker, byte[] data) {
    return ByteBuffer.allocate(4 + data.length)
        .put((byte) 0xFF)
        .put((byte) marker)
        .putShort((short) (data.length + 2))
        .put(data)
        .array();
  }

  /** A JPEG file with bytes after those that start it. */
  public static byte[] inserted(byte[] jpeg, byte[] bytes) {
    return afterStart(jpeg, bytes);
  }

  private static byte[] afterStart(byte[] jpeg, byte[] segment) {
    byte[] result = new byte[jpeg.length + segment.length];
    System.arraycopy(jpeg, 0, result, 0, 2);
    System.arraycopy(segment, 0, result, 2, segment.length);
    System.arraycopy(jpeg, 2, result, 2 + segment.length, jpeg.length - 2);
    return result;
  }
}
