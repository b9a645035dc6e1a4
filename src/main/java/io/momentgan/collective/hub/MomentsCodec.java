package io.momentgan.collective.hub;

import io.momentgan.moments.Moments;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Moments as bytes: how many; for each its count, its numbers of means and of M2, means, M2.
 *
 * <p>Doubles cross the wire bit for bit, in the byte order of the buffer.
 */
final class MomentsCodec {
  private MomentsCodec() {}

  /** Number of bytes of a list. */
  static int bytes(List<Moments> list) {
    long bytes = Integer.BYTES;
    for (Moments moments : list) {
      bytes += 2 * Integer.BYTES + moments.bytes();
    }
    if (bytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "Invalid contribution: %,d bytes (must be below 2 GiB)".formatted(bytes));
    }
    return (int) bytes;
  }

  static void write(List<Moments> list, ByteBuffer to) {
    to.putInt(list.size());
    for (Moments moments : list) {
      to.putLong(moments.count());
      to.putInt(moments.mean().length);
      to.putInt(moments.m2().length);
      write(moments.mean(), to);
      write(moments.m2(), to);
    }
  }

  /** Reads a list; nothing of it refers to the buffer. */
  static List<Moments> read(ByteBuffer from) {
    int size = from.getInt();
    List<Moments> list = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      long count = from.getLong();
      int means = from.getInt();
      int spreads = from.getInt();
      list.add(new Moments(count, doubles(means, from), doubles(spreads, from)));
    }
    return list;
  }

  private static void write(double[] values, ByteBuffer to) {
    to.asDoubleBuffer().put(values);
    to.position(to.position() + Double.BYTES * values.length);
  }

  private static double[] doubles(int length, ByteBuffer from) {
    if (length < 0 || length > from.remaining() / Double.BYTES) {
      throw new BufferUnderflowException();
    }
    double[] values = new double[length];
    from.asDoubleBuffer().get(values);
    from.position(from.position() + Double.BYTES * length);
    return values;
  }
}
