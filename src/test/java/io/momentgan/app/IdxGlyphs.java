package io.momentgan.app;

import io.momentgan.Experiments;
import io.momentgan.config.DataConfig;
import io.momentgan.data.DataSet;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import io.momentgan.data.sets.DataSets;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;

/** The embedded digits as the four files of an IDX data set. */
final class IdxGlyphs {
  private IdxGlyphs() {}

  /** Writes them into a folder. */
  static void write(Path folder, int training, int test) throws IOException {
    DataConfig glyphs =
        Experiments.small("data.glyphs.train=" + training, "data.glyphs.test=" + test).data();
    DataSet digits = DataSets.open(glyphs, Map.of());
    Files.createDirectories(folder);
    write(folder, "train", digits.training());
    write(folder, "t10k", digits.test().orElseThrow());
  }

  private static void write(Path folder, String split, ImageSource images) throws IOException {
    int count = images.count();
    Images read = images.read(IntStream.range(0, count).toArray());
    Files.write(
        folder.resolve(split + "-images-idx3-ubyte"),
        idx(read.pixels(), 2051, count, images.shape().height(), images.shape().width()));
    Files.write(folder.resolve(split + "-labels-idx1-ubyte"), idx(read.labels(), 2049, count));
  }

  private static byte[] idx(byte[] body, int... header) {
    ByteBuffer bytes = ByteBuffer.allocate(header.length * Integer.BYTES + body.length);
    IntStream.of(header).forEach(bytes::putInt);
    return bytes.put(body).array();
  }
}
