package io.momentgan.partition;

import io.momentgan.config.Seeds;
import io.momentgan.data.Images;
import java.io.Serializable;
import java.util.Arrays;

/**
 * A worker's part of the training images.
 *
 * @param rank number of the worker, 0 to workers-1
 * @param images its images
 * @param black the scaled value of pixel 0, -1 or 0; pixel 255 becomes 1
 */
public record Shard(int rank, Images images, float black) implements Serializable {
  private static final float[] FROM_MINUS_ONE = scaled(-1);
  private static final float[] FROM_ZERO = scaled(0);

  /**
   * Permutes 0..count-1: the order in which a pass goes through the images.
   *
   * @param pass from 1
   * @param stream number of the order within the pass, from 0
   */
  public int[] order(long runSeed, int pass, int stream) {
    long seed =
        stream == 0
            ? Seeds.of(runSeed, Seeds.Use.ORDER, pass, rank)
            : Seeds.of(runSeed, Seeds.Use.ORDER, pass, rank, stream);
    return Permutation.of(images.count(), seed);
  }

  /** Returns the value of each pixel from 0 to 255. */
  public float[] scale() {
    return scaled().clone();
  }

  private float[] scaled() {
    return black == 0 ? FROM_ZERO : FROM_MINUS_ONE;
  }

  /** Returns images by their indices as values [indices, features] from {@code black} to 1. */
  public float[] rows(int[] indices) {
    int features = images.shape().features();
    float[] rows = new float[indices.length * features];
    byte[] pixels = images.pixels();
    float[] scaled = scaled();
    for (int i = 0; i < indices.length; i++) {
      int from = indices[i] * features;
      int to = i * features;
      for (int j = 0; j < features; j++) {
        rows[to + j] = scaled[pixels[from + j] & 0xFF];
      }
    }
    return rows;
  }

  /** Returns the indices of a batch of a pass's {@link #order}. */
  public static int[] batch(int[] order, int iteration, int batchSize) {
    return Arrays.copyOfRange(order, iteration * batchSize, (iteration + 1) * batchSize);
  }

  /** Returns the classes of images by their indices; empty where images have none. */
  public int[] classes(int[] indices) {
    byte[] classes = images.labels();
    return classes.length == 0
        ? new int[0]
        : Arrays.stream(indices).map(i -> Byte.toUnsignedInt(classes[i])).toArray();
  }

  private static float[] scaled(float black) {
    float[] table = new float[256];
    for (int pixel = 0; pixel < table.length; pixel++) {
      table[pixel] = black == 0 ? pixel / 255f : (pixel - 127.5f) / 127.5f;
    }
    return table;
  }
}
