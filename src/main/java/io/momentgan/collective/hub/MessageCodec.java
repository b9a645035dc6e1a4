package io.momentgan.collective.hub;

import io.momentgan.collective.Message;
import io.momentgan.collective.Message.Addresses;
import io.momentgan.collective.Message.BatchMoments;
import io.momentgan.collective.Message.WeightedMean;
import io.momentgan.moments.Moments;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Messages as bytes: the kind, then its fields. Arrays and lists follow their lengths.
 *
 * <p>Doubles cross the wire bit for bit, in the byte order of the buffer.
 */
final class MessageCodec {
  private static final byte MEAN = 0;
  private static final byte MOMENTS = 1;
  private static final byte ADDRESSES = 2;

  private MessageCodec() {}

  /** Number of bytes that {@link #write} needs. */
  static int bytes(Message message) {
    long lengths = 1 + Integer.BYTES;
    if (message instanceof BatchMoments batch) {
      lengths += Integer.BYTES * (2L + batch.generated().size() + batch.real().size());
    } else if (message instanceof Addresses addresses) {
      lengths += (long) Integer.BYTES * addresses.places().size();
    }
    long bytes = lengths + message.bytes();
    if (bytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "Invalid contribution: %,d bytes (must be below 2 GiB)".formatted(bytes));
    }
    return (int) bytes;
  }

  static void write(Message message, ByteBuffer to) {
    if (message instanceof BatchMoments batch) {
      to.put(MOMENTS);
      write(batch.generated(), to);
      write(batch.real(), to);
      write(batch.losses(), to);
    } else if (message instanceof WeightedMean mean) {
      to.put(MEAN);
      write(mean, to);
    } else if (message instanceof Addresses addresses) {
      to.put(ADDRESSES).putInt(addresses.places().size());
      addresses.places().forEach(place -> write(place, to));
    }
  }

  /** Writes a text: the number of its bytes, then those in UTF-8. */
  static void write(String text, ByteBuffer to) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    to.putInt(bytes.length).put(bytes);
  }

  private static void write(List<Moments> list, ByteBuffer to) {
    to.putInt(list.size());
    for (Moments moments : list) {
      to.putLong(moments.count()).putInt(moments.features());
      write(moments.mean(), to);
      write(moments.m2(), to);
    }
  }

  private static void write(WeightedMean mean, ByteBuffer to) {
    to.putLong(mean.count()).putInt(mean.values().length);
    write(mean.values(), to);
  }

  private static void write(double[] values, ByteBuffer to) {
    to.asDoubleBuffer().put(values);
    to.position(to.position() + Double.BYTES * values.length);
  }

  /** Reads a message; nothing of it refers to the buffer. */
  static Message read(ByteBuffer from) {
    byte kind = from.get();
    return switch (kind) {
      case MEAN -> mean(from);
      case MOMENTS -> new BatchMoments(moments(from), moments(from), mean(from));
      case ADDRESSES -> addresses(from);
      default -> throw new IllegalArgumentException("Invalid message: kind " + kind);
    };
  }

  private static List<Moments> moments(ByteBuffer from) {
    int size = from.getInt();
    if (size < 0 || size > from.remaining() / (Long.BYTES + Integer.BYTES)) {
      throw new BufferUnderflowException();
    }
    List<Moments> list = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      long count = from.getLong();
      int features = from.getInt();
      list.add(new Moments(count, doubles(features, from), doubles(features, from)));
    }
    return list;
  }

  private static Addresses addresses(ByteBuffer from) {
    int size = from.getInt();
    if (size < 0 || size > from.remaining() / Integer.BYTES) {
      throw new BufferUnderflowException();
    }
    List<String> places = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      places.add(text(from, from.remaining()));
    }
    return new Addresses(places);
  }

  /** Reads a text of so many bytes at most. */
  static String text(ByteBuffer from, int most) {
    int length = from.getInt();
    if (length < 0 || length > Math.min(most, from.remaining())) {
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[length];
    from.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static WeightedMean mean(ByteBuffer from) {
    long count = from.getLong();
    return new WeightedMean(count, doubles(from.getInt(), from));
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
