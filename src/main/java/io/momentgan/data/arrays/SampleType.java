package io.momentgan.data.arrays;

import java.io.Serializable;

/**
 * How a number is stored.
 *
 * @param kind its kind
 * @param bytes 1, 2, 4 or 8; floats have 4 or 8
 * @param bigEndian whether the highest byte comes first
 */
public record SampleType(Kind kind, int bytes, boolean bigEndian) implements Serializable {
  /** Unsigned bytes. */
  public static final SampleType BYTE = new SampleType(Kind.UNSIGNED, 1, true);

  /** Kind of a number. */
  public enum Kind {
    UNSIGNED,
    SIGNED,
    FLOAT
  }

  /** Reads a number; 64-bit integers beyond 2^53 are rounded. */
  public double value(byte[] from, int at) {
    long bits = 0;
    for (int i = 0; i < bytes; i++) {
      bits = bits << Byte.SIZE | (from[at + (bigEndian ? i : bytes - 1 - i)] & 0xFF);
    }
    int free = Long.SIZE - bytes * Byte.SIZE;
    return switch (kind) {
      case UNSIGNED -> bits >= 0 ? bits : (double) (bits >>> 1) * 2;
      case SIGNED -> bits << free >> free;
      case FLOAT ->
          bytes == Float.BYTES ? Float.intBitsToFloat((int) bits) : Double.longBitsToDouble(bits);
    };
  }
}
