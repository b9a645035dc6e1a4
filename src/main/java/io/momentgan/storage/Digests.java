package io.momentgan.storage;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.codec.digest.DigestUtils;

/** SHA-256 hashes in hexadecimal. */
public final class Digests {
  private Digests() {}

  /** Hashes a text in UTF-8. */
  public static String sha256(String text) {
    return DigestUtils.sha256Hex(text);
  }

  public static String sha256(byte[] bytes) {
    return DigestUtils.sha256Hex(bytes);
  }

  /** Hashes a file's content without loading it into memory. */
  public static String sha256(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return DigestUtils.sha256Hex(in);
    }
  }

  /** Hashes floats of four bytes each in the given order. */
  public static String sha256(float[] values, ByteOrder order) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(order);
    bytes.asFloatBuffer().put(values);
    return sha256(bytes.array());
  }
}
