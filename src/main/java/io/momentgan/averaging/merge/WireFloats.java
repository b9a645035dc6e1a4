package io.momentgan.averaging.merge;

import io.momentgan.config.AveragingConfig.Wire;
import io.momentgan.network.state.NetworkState;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Floats as bytes between processes, without loss. With {@link Wire#BF16} a block whose floats all
 * are bfloat16 takes two bytes for each: the lower halves, which are zero, stay behind.
 */
public final class WireFloats {
  private static final int BLOCK = 256;
  private static final int LOWER_HALF = 0xFFFF;

  private WireFloats() {}

  /** Number of bytes that {@link #bytes} gives. */
  public static long count(float[] values, Wire wire) {
    if (wire != Wire.BF16) {
      return (long) Float.BYTES * values.length;
    }
    long count = 0;
    for (int from = 0; from < values.length; from += BLOCK) {
      int to = Math.min(from + BLOCK, values.length);
      count += 1 + (long) bytesOfEach(values, from, to) * (to - from);
    }
    return count;
  }

  /** The bytes of floats. With {@link Wire#BF16} blocks of bytes of each float, then the floats. */
  public static byte[] bytes(float[] values, Wire wire) {
    if (wire != Wire.BF16) {
      return NetworkState.bytes(values);
    }
    byte[] array = new byte[Math.toIntExact(count(values, wire))];
    ByteBuffer bytes = buffer(array);
    for (int from = 0; from < values.length; from += BLOCK) {
      int to = Math.min(from + BLOCK, values.length);
      int ofEach = bytesOfEach(values, from, to);
      bytes.put((byte) ofEach);
      for (int i = from; i < to; i++) {
        if (ofEach == Float.BYTES) {
          bytes.putFloat(values[i]);
        } else {
          bytes.putShort((short) (Float.floatToRawIntBits(values[i]) >>> Short.SIZE));
        }
      }
    }
    return array;
  }

  /** The floats of {@link #bytes}. */
  public static float[] floats(byte[] from, Wire wire) {
    if (wire != Wire.BF16) {
      return NetworkState.floats(from);
    }
    ByteBuffer bytes = buffer(from);
    float[] values = new float[length(bytes.duplicate())];
    for (int i = 0; i < values.length; ) {
      int ofEach = bytes.get();
      for (int left = Math.min(BLOCK, values.length - i); left > 0; left--) {
        values[i++] = ofEach == Float.BYTES ? bytes.getFloat() : Wire.fromBf16(bytes.getShort());
      }
    }
    return values;
  }

  /** Number of floats; only the last block is shorter. */
  private static int length(ByteBuffer bytes) {
    int length = 0;
    while (bytes.hasRemaining()) {
      int ofEach = bytes.get();
      int block = Math.min(BLOCK, bytes.remaining() / ofEach);
      bytes.position(bytes.position() + block * ofEach);
      length += block;
    }
    return length;
  }

  private static int bytesOfEach(float[] values, int from, int to) {
    int lower = 0;
    for (int i = from; i < to; i++) {
      lower |= Float.floatToRawIntBits(values[i]);
    }
    return (lower & LOWER_HALF) == 0 ? Short.BYTES : Float.BYTES;
  }

  private static ByteBuffer buffer(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
