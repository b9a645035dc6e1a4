package io.momentgan.network.state;

import java.io.Serializable;

/**
 * Generated images that a worker's discriminator may be shown again, in no order that means
 * anything. Each worker has its own.
 *
 * @param images rows [count][features], as they were generated; never mutated
 * @param classes the class of each image; 0 where images have none; never mutated
 */
@SuppressWarnings("ArrayRecordComponent") // compared array by array where needed
public record ReplayBuffer(float[][] images, int[] classes) implements Serializable {
  /** Nothing is remembered yet. */
  public static final ReplayBuffer EMPTY = new ReplayBuffer(new float[0][], new int[0]);

  /** Checks that there is a class for each image. */
  public ReplayBuffer {
    if (classes.length != images.length) {
      throw new IllegalArgumentException(
          "Invalid classes: %d for %d images".formatted(classes.length, images.length));
    }
  }

  /** Number of images. */
  public int count() {
    return images.length;
  }

  /** Bytes of images and classes. */
  public long bytes() {
    long features = count() == 0 ? 0 : images[0].length;
    return count() * (Float.BYTES * features + Integer.BYTES);
  }

  private Object writeReplace() {
    byte[][] rows = new byte[count()][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = NetworkState.bytes(images[i]);
    }
    return new Wire(rows, classes);
  }

  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Wire(byte[][] images, int[] classes) implements Serializable {
    private Object readResolve() {
      float[][] rows = new float[images.length][];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = NetworkState.floats(images[i]);
      }
      return new ReplayBuffer(rows, classes);
    }
  }
}
