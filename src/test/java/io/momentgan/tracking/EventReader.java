package io.momentgan.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.util.PureJavaCrc32C;
import org.nd4j.shade.protobuf.ByteString;
import org.nd4j.shade.protobuf.InvalidProtocolBufferException;
import org.nd4j.shade.protobuf.UnknownFieldSet;

/**
 * Reads event files by the numbers of the fields alone, with another checksum than the one that
 * writes them.
 */
public final class EventReader {
  private EventReader() {}

  /**
   * A value of an event.
   *
   * @param tag its name
   * @param step of its event
   * @param seconds time of its event
   * @param scalar NaN for pictures
   * @param picture empty for scalars
   */
  public record Value(String tag, long step, double seconds, double scalar, ByteString picture) {
    /** What a reader tells values apart by. */
    public String key() {
      return tag + " at " + step;
    }
  }

  /** Reads the files of a run's folder in the order of their names, as TensorBoard does. */
  public static List<Value> read(Path run) throws IOException {
    List<Value> values = new ArrayList<>();
    for (Path file : files(run)) {
      values.addAll(read(Files.readAllBytes(file)));
    }
    return values;
  }

  /** The files in the order of their names. */
  public static List<Path> files(Path run) throws IOException {
    try (Stream<Path> files = Files.list(run.resolve("tensorboard"))) {
      return files.sorted().toList();
    }
  }

  static List<Value> read(byte[] file) throws InvalidProtocolBufferException {
    List<Value> values = new ArrayList<>();
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    UnknownFieldSet first = UnknownFieldSet.parseFrom(record(in));
    assertThat(text(first, 3)).isEqualTo("brain.Event:2");
    while (in.hasRemaining()) {
      UnknownFieldSet event = UnknownFieldSet.parseFrom(record(in));
      double seconds = Double.longBitsToDouble(event.getField(1).getFixed64List().get(0));
      long step = event.getField(2).getVarintList().get(0);
      for (UnknownFieldSet value : messages(event, 5).flatMap(e -> messages(e, 1)).toList()) {
        values.add(value(value, step, seconds));
      }
    }
    return values;
  }

  private static Value value(UnknownFieldSet value, long step, double seconds) {
    if (value.hasField(2)) {
      float scalar = Float.intBitsToFloat(value.getField(2).getFixed32List().get(0));
      return new Value(text(value, 1), step, seconds, scalar, ByteString.EMPTY);
    }
    UnknownFieldSet picture = messages(value, 4).findFirst().orElseThrow();
    ByteString png = picture.getField(4).getLengthDelimitedList().get(0);
    return new Value(text(value, 1), step, seconds, Double.NaN, png);
  }

  private static String text(UnknownFieldSet message, int field) {
    return message.getField(field).getLengthDelimitedList().get(0).toStringUtf8();
  }

  private static Stream<UnknownFieldSet> messages(UnknownFieldSet message, int field) {
    return message.getField(field).getLengthDelimitedList().stream().map(EventReader::parsed);
  }

  private static UnknownFieldSet parsed(ByteString bytes) {
    try {
      return UnknownFieldSet.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError("Not a message", e);
    }
  }

  private static byte[] record(ByteBuffer in) {
    byte[] length = checked(in, Long.BYTES);
    return checked(in, (int) ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong());
  }

  private static byte[] checked(ByteBuffer in, int count) {
    byte[] bytes = new byte[count];
    in.get(bytes);
    PureJavaCrc32C crc = new PureJavaCrc32C();
    crc.update(bytes, 0, count);
    long sum = crc.getValue();
    long masked = (((sum >>> 15) | (sum << 17)) + 0xa282ead8L) & 0xffffffffL;
    assertThat(Integer.toUnsignedLong(in.getInt())).as(Arrays.toString(bytes)).isEqualTo(masked);
    return bytes;
  }
}
