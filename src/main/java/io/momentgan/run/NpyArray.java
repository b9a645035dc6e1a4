package io.momentgan.run;

import io.momentgan.config.UserException;
import io.momentgan.data.numpy.NpyHeader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * An array of 32-bit floats in NumPy's {@code .npy} format, version 1.0, little-endian and in C
 * order: {@code numpy.load} reads it.
 *
 * @param shape extents, such as [n, channels, height, width]; never mutated
 * @param values row-major; never mutated
 */
@SuppressWarnings("ArrayRecordComponent") // equals and hashCode compare contents
public record NpyArray(int[] shape, float[] values) {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
  private static final int PREFIX_BYTES = MAGIC.length + Short.BYTES;
  private static final int ALIGNMENT_BYTES = 64;

  /** Checks that shape and values fit together. */
  public NpyArray {
    if (values.length != size(shape)) {
      throw new IllegalArgumentException(
          "Invalid array: %d values for shape %s".formatted(values.length, Arrays.toString(shape)));
    }
  }

  private static long size(int[] shape) {
    return Arrays.stream(shape).asLongStream().reduce(1, Math::multiplyExact);
  }

  /**
   * An array whose first axis counts rows.
   *
   * @param rows each of the same length
   * @param rowShape extents of a row
   */
  public static NpyArray ofRows(float[][] rows, int... rowShape) {
    int length = (int) size(rowShape);
    float[] values = new float[rows.length * length];
    for (int i = 0; i < rows.length; i++) {
      if (rows[i].length != length) {
        throw new IllegalArgumentException(
            "Invalid row %d: %d values (must be %d)".formatted(i, rows[i].length, length));
      }
      System.arraycopy(rows[i], 0, values, i * length, length);
    }
    int[] shape = new int[rowShape.length + 1];
    shape[0] = rows.length;
    System.arraycopy(rowShape, 0, shape, 1, rowShape.length);
    return new NpyArray(shape, values);
  }

  /** The values by the first axis: [shape[0]][product of the others]. */
  public float[][] rows() {
    int length = shape[0] == 0 ? 0 : values.length / shape[0];
    float[][] rows = new float[shape[0]][];
    Arrays.setAll(rows, i -> Arrays.copyOfRange(values, i * length, (i + 1) * length));
    return rows;
  }

  /** The file's bytes. */
  public byte[] bytes() {
    byte[] header = header().getBytes(StandardCharsets.US_ASCII);
    ByteBuffer file =
        ByteBuffer.allocate(PREFIX_BYTES + header.length + values.length * Float.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN)
            .put(MAGIC)
            .putShort((short) header.length)
            .put(header);
    file.asFloatBuffer().put(values);
    return file.array();
  }

  private String header() {
    String extents =
        Arrays.stream(shape).mapToObj(String::valueOf).collect(Collectors.joining(", "));
    String text =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (%s%s), }"
            .formatted(extents, shape.length == 1 ? "," : "");
    int unpadded = PREFIX_BYTES + text.length() + 1;
    return text + " ".repeat(Math.floorMod(-unpadded, ALIGNMENT_BYTES)) + "\n";
  }

  /**
   * Reads a file.
   *
   * @param file its bytes
   * @param name its name, for messages
   * @throws UserException when it is no such array
   */
  public static NpyArray parse(byte[] file, String name) {
    ByteArrayInputStream in = new ByteArrayInputStream(file);
    NpyHeader header;
    try {
      header = NpyHeader.read(in, name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    boolean floats = header.type().equals("<f4") && !header.fortranOrder();
    check(floats, name, "32-bit little-endian floats in C order");
    int[] shape = header.shape();
    byte[] data = in.readAllBytes();
    check(holds(shape, data.length), name, "as many values as its shape says");
    float[] values = new float[data.length / Float.BYTES];
    ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
    return new NpyArray(shape, values);
  }

  private static boolean holds(int[] shape, int bytes) {
    try {
      return bytes == Math.multiplyExact(size(shape), Float.BYTES);
    } catch (ArithmeticException e) {
      return false;
    }
  }

  private static void check(boolean holds, String name, String expected) {
    if (!holds) {
      throw new UserException("%s: expected %s".formatted(name, expected));
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NpyArray that
        && Arrays.equals(shape, that.shape)
        && Arrays.equals(values, that.values);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(shape) + Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return "NpyArray" + Arrays.toString(shape);
  }
}
