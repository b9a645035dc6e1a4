package io.momentgan.data.decoding;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The head of a JPEG file, up to its pixels.
 *
 * @param plain the file without colour profiles and without bytes between segments
 * @param exif the first block of EXIF; empty without one
 * @param components colours of a pixel; 0 if unknown
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record JpegSegments(byte[] plain, byte[] exif, int components) {
  private static final int START_OF_SCAN = 0xDA;
  private static final int APP1 = 0xE1;
  private static final int APP2 = 0xE2;
  private static final String EXIF = "Exif\0\0";
  private static final String PROFILE = "ICC_PROFILE\0";

  static JpegSegments of(byte[] file) {
    ByteArrayOutputStream plain = new ByteArrayOutputStream(file.length);
    plain.write(file, 0, 2);
    byte[] exif = {};
    int components = 0;
    int at = 2;
    while (at + 3 < file.length) {
      if ((file[at] & 0xFF) != 0xFF || (file[at + 1] & 0xFF) == 0xFF || file[at + 1] == 0) {
        at++; // between segments
        continue;
      }
      int marker = file[at + 1] & 0xFF;
      if (marker == 0x01 || (marker >= 0xD0 && marker <= 0xD8)) {
        at += 2; // without contents
        continue;
      }
      int end = at + 2 + ((file[at + 2] & 0xFF) << 8 | (file[at + 3] & 0xFF));
      if (marker == START_OF_SCAN || end > file.length || end < at + 4) {
        break;
      }
      if (marker == APP1 && exif.length == 0 && has(file, at + 4, EXIF)) {
        exif = Arrays.copyOfRange(file, at + 4 + EXIF.length(), end);
      }
      if (isFrame(marker) && end > at + 9) {
        components = file[at + 9] & 0xFF;
      }
      if (marker != APP2 || !has(file, at + 4, PROFILE)) {
        plain.write(file, at, end - at);
      }
      at = end;
    }
    plain.write(file, at, file.length - at);
    return new JpegSegments(plain.toByteArray(), exif, components);
  }

  /** Start of frame, 0xC0 to 0xCF less three other markers. */
  private static boolean isFrame(int marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
  }

  private static boolean has(byte[] file, int at, String text) {
    return at + text.length() <= file.length
        && new String(file, at, text.length(), StandardCharsets.ISO_8859_1).equals(text);
  }
}
