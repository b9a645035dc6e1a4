package io.momentgan.classification;

import io.momentgan.config.Experiment;
import io.momentgan.data.ImageShape;
import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Consecutive images that a task classifies: whole batches of {@value #BATCH}, the last of all may
 * be shorter. So the batches do not depend on the number of tasks.
 *
 * @param from index of the first image
 * @param to index after the last
 */
public record ImagePart(int from, int to) implements Serializable {
  /** Images that pass through the networks together. */
  static final int BATCH = Experiment.CLASSIFIED_TOGETHER;

  /** Bytes of pixels that a task has in memory. */
  private static final long MOST_BYTES = 1 << 26;

  /**
   * Cuts images into parts of about the same size.
   *
   * @param images number of images
   * @param shape shape of an image
   * @param least number of parts, if there are as many batches; more where memory asks for them
   */
  public static List<ImagePart> of(int images, ImageShape shape, int least) {
    int batches = (images + BATCH - 1) / BATCH;
    long byMemory = (long) images * shape.features() / MOST_BYTES;
    int parts = (int) Math.min(batches, Math.max(Math.max(1, least), byMemory));
    return IntStream.range(0, parts)
        .mapToObj(i -> new ImagePart(start(i, parts, batches), start(i + 1, parts, batches)))
        .map(part -> new ImagePart(part.from(), Math.min(images, part.to())))
        .toList();
  }

  private static int start(int part, int parts, int batches) {
    return (int) ((long) batches * part / parts) * BATCH;
  }

  /**
   * Index of the first image to read: images before the part fill up its only batch if that is
   * short, since layers may use statistics of the batch.
   */
  public int first() {
    return Math.max(0, Math.min(from, to - BATCH));
  }

  /** Indices of the images to read. */
  public int[] indices() {
    return IntStream.range(first(), to).toArray();
  }
}
