package io.momentgan.data.sets;

import io.momentgan.config.DataConfig;
import io.momentgan.config.ExperimentReader;
import io.momentgan.data.DataSet;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;

/** IDX files whose contents follow from the index, and ways to open them. */
public final class IdxBytes {
  public static final int HEIGHT = 3;
  public static final int WIDTH = 2;
  static final int FEATURES = HEIGHT * WIDTH;

  private IdxBytes() {}

  /** Images whose k-th byte, counted through all images, is {@link #pixel} of k. */
  public static byte[] images(int count) {
    ByteBuffer bytes = ByteBuffer.allocate(16 + count * FEATURES);
    bytes.putInt(2051).putInt(count).putInt(HEIGHT).putInt(WIDTH);
    for (int i = 0; i < count * FEATURES; i++) {
      bytes.put(pixel(i));
    }
    return bytes.array();
  }

  static byte pixel(int position) {
    return (byte) (position * 37 + position / 251);
  }

  /** Labels 0 to 9 in turn. */
  public static byte[] labels(int count) {
    ByteBuffer bytes = ByteBuffer.allocate(8 + count);
    bytes.putInt(2049).putInt(count);
    for (int i = 0; i < count; i++) {
      bytes.put((byte) (i % 10));
    }
    return bytes.array();
  }

  static byte[] header(int... numbers) {
    ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Integer.BYTES);
    IntStream.of(numbers).forEach(bytes::putInt);
    return bytes.array();
  }

  public static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  static byte[] head(byte[] bytes, int length) {
    return Arrays.copyOf(bytes, length);
  }

  /** Writes a folder of all four files, compressed, with the usual names. */
  public static Path folder(Path folder, int training, int test) throws IOException {
    Files.write(folder.resolve("train-images-idx3-ubyte.gz"), gzip(images(training)));
    Files.write(folder.resolve("train-labels-idx1-ubyte.gz"), gzip(labels(training)));
    Files.write(folder.resolve("t10k-images-idx3-ubyte.gz"), gzip(images(test)));
    Files.write(folder.resolve("t10k-labels-idx1-ubyte.gz"), gzip(labels(test)));
    return folder;
  }

  public static DataConfig config(String uri, int limit, int validation) {
    return new DataConfig(
        uri,
        limit,
        validation,
        "unused",
        false,
        new DataConfig.Glyphs(100, 20, 1),
        ExperimentReader.defaultData().images());
  }

  public static DataSet open(Object location) {
    return DataSets.open(config(location.toString(), 0, 0), Map.of());
  }

  public static Images readAll(ImageSource images) {
    return images.read(IntStream.range(0, images.count()).toArray());
  }
}
