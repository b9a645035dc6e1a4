package io.momentgan.tracking;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.zip.CRC32C;
import javax.imageio.ImageIO;
import org.nd4j.shade.protobuf.ByteString;
import org.nd4j.shade.protobuf.CodedOutputStream;
import org.tensorflow.framework.Summary;

/**
 * The bytes of an event file as TensorBoard reads it: TFRecords of {@code Event} messages, the
 * first of which names the format's version.
 *
 * <p>A record is a length (64 bits, little-endian), the masked CRC-32C of these eight bytes, the
 * message, and its masked CRC-32C (TensorFlow, {@code tensorflow/core/lib/io/record_writer.h} and
 * {@code tensorflow/core/util/event.proto}).
 */
final class EventFile {
  private static final String VERSION = "brain.Event:2";
  private static final double NANOS = 1e9;

  /** Numbers of the fields of {@code Event}, of which ND4J has no class. */
  private static final int WALL_TIME = 1;

  private static final int STEP = 2;
  private static final int FILE_VERSION = 3;
  private static final int SUMMARY = 5;

  private static final int MASK_DELTA = 0xa282ead8;
  private static final int MASK_BITS = 15;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** Writes a message's fields. */
  private interface Fields {
    void to(CodedOutputStream out) throws IOException;
  }

  /**
   * Begins a file.
   *
   * @param time of its first event
   */
  EventFile(Instant time) {
    add(
        out -> {
          out.writeDouble(WALL_TIME, seconds(time));
          out.writeString(FILE_VERSION, VERSION);
        });
  }

  /** Adds an event with a value for each name. */
  void add(Scalars scalars) {
    Summary.Builder summary = Summary.newBuilder();
    scalars
        .values()
        .forEach(
            (name, value) ->
                summary.addValueBuilder().setTag(name).setSimpleValue(value.floatValue()));
    add(scalars.iteration(), scalars.time(), summary.build());
  }

  /**
   * Adds an event with a picture.
   *
   * @param name of the picture
   * @param iteration its step
   * @param time when it was drawn
   * @param png the file
   * @throws IllegalArgumentException if it is no picture
   */
  void add(String name, long iteration, Instant time, byte[] png) {
    Summary.Builder summary = Summary.newBuilder();
    summary.addValueBuilder().setTag(name).setImage(image(png));
    add(iteration, time, summary.build());
  }

  private static Summary.Image image(byte[] png) {
    try {
      BufferedImage decoded = ImageIO.read(new ByteArrayInputStream(png));
      if (decoded == null) {
        throw new IllegalArgumentException("Not a picture");
      }
      return Summary.Image.newBuilder()
          .setHeight(decoded.getHeight())
          .setWidth(decoded.getWidth())
          .setColorspace(decoded.getColorModel().getNumComponents())
          .setEncodedImageString(ByteString.copyFrom(png))
          .build();
    } catch (IOException e) {
      throw new UncheckedIOException("Not a picture", e);
    }
  }

  private void add(long iteration, Instant time, Summary summary) {
    add(
        out -> {
          out.writeDouble(WALL_TIME, seconds(time));
          out.writeInt64(STEP, iteration);
          out.writeMessage(SUMMARY, summary);
        });
  }

  private static double seconds(Instant time) {
    return time.getEpochSecond() + time.getNano() / NANOS;
  }

  private void add(Fields event) {
    ByteArrayOutputStream message = new ByteArrayOutputStream();
    try {
      CodedOutputStream out = CodedOutputStream.newInstance(message);
      event.to(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("Memory cannot be written to", e);
    }
    byte[] data = message.toByteArray();
    byte[] length =
        ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(data.length).array();
    checked(length);
    checked(data);
  }

  /** Writes bytes and their checksum. */
  private void checked(byte[] part) {
    CRC32C crc = new CRC32C();
    crc.update(part);
    // Masked, since the checksum of data that hold checksums is weak.
    int masked = Integer.rotateRight((int) crc.getValue(), MASK_BITS) + MASK_DELTA;
    bytes.writeBytes(part);
    bytes.writeBytes(
        ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(masked).array());
  }

  /** The whole file. */
  byte[] bytes() {
    return bytes.toByteArray();
  }
}
