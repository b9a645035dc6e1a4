package io.momentgan.data.decoding;

import com.drew.lang.ByteArrayReader;
import com.drew.metadata.Metadata;
import com.drew.metadata.MetadataException;
import com.drew.metadata.exif.ExifIFD0Directory;
import com.drew.metadata.exif.ExifReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Finds how a picture is turned, only where its format keeps that. */
final class ExifOrientation {
  private static final int UPRIGHT = 1;
  private static final int TAG = 0x0112;
  private static final int ENTRY_BYTES = 12;
  private static final int MOST_BYTES = 1 << 20;

  private ExifOrientation() {}

  /** Returns 1 to 8 by a block of EXIF; 1 if it is empty or damaged. */
  static int of(byte[] exif) {
    if (exif.length == 0 || exif.length > MOST_BYTES) {
      return UPRIGHT;
    }
    try {
      Metadata metadata = new Metadata();
      new ExifReader().extract(new ByteArrayReader(exif), metadata);
      ExifIFD0Directory first = metadata.getFirstDirectoryOfType(ExifIFD0Directory.class);
      return first != null && first.containsTag(TAG) ? first.getInt(TAG) : UPRIGHT;
    } catch (MetadataException | RuntimeException | StackOverflowError e) {
      return UPRIGHT; // a picture without readable metadata stays as it is
    }
  }

  /** Returns the orientation in the first directory of a TIFF file; its pixels are not read. */
  static int ofTiff(byte[] file) {
    try {
      ByteBuffer in =
          ByteBuffer.wrap(file)
              .order(file[0] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
      int at = in.getInt(4);
      int entries = in.getShort(at) & 0xFFFF;
      for (int i = 0; i < entries; i++) {
        int entry = at + 2 + i * ENTRY_BYTES;
        if ((in.getShort(entry) & 0xFFFF) == TAG) {
          return in.getShort(entry + 8);
        }
      }
      return UPRIGHT;
    } catch (IndexOutOfBoundsException e) {
      return UPRIGHT;
    }
  }

  /** Returns the orientation in the chunk EXIF of a WebP file. */
  static int ofWebp(byte[] file) {
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int at = 12;
    while (at <= file.length - 8) {
      int length = in.getInt(at + 4);
      if (length < 0 || length > file.length - at - 8) {
        break;
      }
      if (new String(file, at, 4, StandardCharsets.ISO_8859_1).equals("EXIF")) {
        return of(Arrays.copyOfRange(file, at + 8 + prefix(file, at + 8), at + 8 + length));
      }
      at += 8 + length + (length & 1);
    }
    return UPRIGHT;
  }

  // Some programs write the prefix of JPEG's EXIF here too.
  private static int prefix(byte[] file, int at) {
    boolean jpeg =
        at + 6 <= file.length
            && new String(file, at, 6, StandardCharsets.ISO_8859_1).equals("Exif\0\0");
    return jpeg ? 6 : 0;
  }
}
