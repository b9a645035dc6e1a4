package io.momentgan.collective.hub;

import io.momentgan.collective.Message;
import io.momentgan.collective.Message.Addresses;
import io.momentgan.collective.Message.BatchMoments;
import io.momentgan.collective.Message.WeightedMean;
import io.momentgan.config.AveragingConfig.Wire;
import io.momentgan.moments.Moments;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Messages as bytes: the kind, then its fields. The bytes of a number say its precision. Arrays and
 * lists follow their lengths.
 *
 * <p>Numbers cross the wire in the precision of their message, in the byte order of the buffer:
 * doubles bit for bit, or rounded as {@link Message#rounded} rounds them.
 */
final class MessageCodec {
  private static final byte MEAN = 0;
  private static final byte MOMENTS = 1;
  private static final byte ADDRESSES = 2;

  private MessageCodec() {}

  /** Number of bytes that {@link #write} needs. */
  static int bytes(Message message) {
    long lengths = 1 + Integer.BYTES;
    if (message instanceof WeightedMean) {
      lengths++;
    } else if (message instanceof BatchMoments batch) {
      lengths += 2 + Integer.BYTES * (2L + batch.generated().size() + batch.real().size());
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
      to.put(MOMENTS).put((byte) batch.wire().bytes());
      write(batch.generated(), batch.wire(), to);
      write(batch.real(), batch.wire(), to);
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

  private static void write(List<Moments> list, Wire wire, ByteBuffer to) {
    to.putInt(list.size());
    for (Moments moments : list) {
      to.putLong(moments.count()).putInt(moments.features());
      write(moments.mean(), wire, to);
      write(moments.m2(), wire, to);
    }
  }

  private static void write(WeightedMean mean, ByteBuffer to) {
    to.put((byte) mean.wire().bytes()).putLong(mean.count()).putInt(mean.values().length);
    write(mean.values(), mean.wire(), to);
  }

  private static void write(double[] values, Wire wire, ByteBuffer to) {
    switch (wire) {
      case EXACT -> {
        to.asDoubleBuffer().put(values);
        to.position(to.position() + Double.BYTES * values.length);
      }
      case FLOAT -> {
        for (double value : values) {
          to.putFloat((float) value);
        }
      }
      case BF16 -> {
        for (double value : values) {
          to.putShort(Wire.toBf16(value));
        }
      }
    }
  }

  /** Reads a message; nothing of it refers to the buffer. */
  static Message read(ByteBuffer from) {
    byte kind = from.get();
    return switch (kind) {
      case MEAN -> mean(from);
      case MOMENTS -> {
        Wire wire = wire(from);
        yield new BatchMoments(wire, moments(wire, from), moments(wire, from), mean(from));
      }
      case ADDRESSES -> addresses(from);
      default -> throw new IllegalArgumentException("Invalid message: kind " + kind);
    };
  }

  private static Wire wire(ByteBuffer from) {
    byte bytes = from.get();
    return Arrays.stream(Wire.values())
        .filter(wire -> wire.bytes() == bytes)
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "Invalid message: numbers of %d bytes".formatted(bytes)));
  }

  private static List<Moments> moments(Wire wire, ByteBuffer from) {
    int size = from.getInt();
    if (size < 0 || size > from.remaining() / (Long.BYTES + Integer.BYTES)) {
      throw new BufferUnderflowException();
    }
    List<Moments> list = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      long count = from.getLong();
      int features = from.getInt();
      list.add(new Moments(count, doubles(features, wire, from), doubles(features, wire, from)));
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
    Wire wire = wire(from);
    long count = from.getLong();
    return new WeightedMean(wire, count, doubles(from.getInt(), wire, from));
  }

  private static double[] doubles(int length, Wire wire, ByteBuffer from) {
    if (length < 0 || length > from.remaining() / wire.bytes()) {
      throw new BufferUnderflowException();
    }
    double[] values = new double[length];
    switch (wire) {
      case EXACT -> {
        from.asDoubleBuffer().get(values);
        from.position(from.position() + Double.BYTES * length);
      }
      case FLOAT -> Arrays.setAll(values, i -> from.getFloat());
      case BF16 -> Arrays.setAll(values, i -> Wire.fromBf16(from.getShort()));
    }
    return values;
  }
}
