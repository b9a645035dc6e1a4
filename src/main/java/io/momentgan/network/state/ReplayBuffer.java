package io.momentgan.network.state;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

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

  /**
   * Deals the images of all workers anew, to another number of workers: in turn one of each old
   * worker to the next new one, until the new buffers are full.
   *
   * @param buffers of the old workers, in rank order
   * @param workers number of new ones
   * @param capacity most images of a buffer
   */
  static List<ReplayBuffer> dealt(List<ReplayBuffer> buffers, int workers, int capacity) {
    List<List<float[]>> images = lists(workers);
    List<List<Integer>> classes = lists(workers);
    int most = buffers.stream().mapToInt(ReplayBuffer::count).max().orElse(0);
    int dealt = 0;
    for (int i = 0; i < most; i++) {
      for (ReplayBuffer buffer : buffers) {
        if (i < buffer.count()) {
          images.get(dealt % workers).add(buffer.images()[i]);
          classes.get(dealt++ % workers).add(buffer.classes()[i]);
        }
      }
    }
    return IntStream.range(0, workers)
        .mapToObj(rank -> of(images.get(rank), classes.get(rank), capacity))
        .toList();
  }

  private static <T> List<List<T>> lists(int count) {
    return Stream.generate(() -> (List<T>) new ArrayList<T>()).limit(count).toList();
  }

  private static ReplayBuffer of(List<float[]> images, List<Integer> classes, int most) {
    return new ReplayBuffer(
        images.stream().limit(most).toArray(float[][]::new),
        classes.stream().limit(most).mapToInt(Integer::intValue).toArray());
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
