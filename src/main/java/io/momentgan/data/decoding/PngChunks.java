package io.momentgan.data.decoding;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;

/**
 * A PNG file without what no pixel depends on: texts, profiles, times. The JDK's reader unpacks
 * these whole, 3 GiB of text from a file of 3 MB. What is damaged stays as it is.
 *
 * @param file the remaining file
 * @param exif contents of the chunk eXIf; empty without one
 * @param transparent contents of the chunk tRNS; empty without one
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record PngChunks(byte[] file, byte[] exif, byte[] transparent) {
  private static final int SIGNATURE_BYTES = 8;
  private static final int FRAME_BYTES = 12; // length, type and CRC of a chunk
  private static final int MOST_EXIF_BYTES = 1 << 20;
  private static final Set<String> KEPT = Set.of("IHDR", "PLTE", "tRNS", "IDAT", "IEND");

  static PngChunks of(byte[] file) {
    ByteBuffer in = ByteBuffer.wrap(file);
    ByteArrayOutputStream kept = new ByteArrayOutputStream(file.length);
    byte[] exif = {};
    byte[] transparent = {};
    int at = SIGNATURE_BYTES;
    kept.write(file, 0, at);
    while (at <= file.length - FRAME_BYTES) {
      int length = in.getInt(at);
      if (length < 0 || length > file.length - FRAME_BYTES - at) {
        break;
      }
      String type = new String(file, at + 4, 4, StandardCharsets.ISO_8859_1);
      byte[] data = {};
      if (type.equals("tRNS") || (type.equals("eXIf") && length <= MOST_EXIF_BYTES)) {
        data = Arrays.copyOfRange(file, at + 8, at + 8 + length);
      }
      exif = type.equals("eXIf") ? data : exif;
      transparent = type.equals("tRNS") ? data : transparent;
      if (KEPT.contains(type)) {
        kept.write(file, at, FRAME_BYTES + length);
      }
      at += FRAME_BYTES + length;
      if (type.equals("IEND")) {
        break;
      }
    }
    kept.write(file, at, file.length - at);
    return new PngChunks(kept.toByteArray(), exif, transparent);
  }

  /** Returns the value that a grey or RGB picture shows transparent, in red, green, blue order. */
  int[] transparentSamples() {
    int[] samples = new int[transparent.length / 2];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = ByteBuffer.wrap(transparent).getShort(2 * i) & 0xFFFF;
    }
    return samples;
  }
}
