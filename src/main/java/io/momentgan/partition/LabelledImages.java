package io.momentgan.partition;

import io.momentgan.config.LabelsConfig;
import io.momentgan.config.Seeds;
import io.momentgan.config.UserException;
import io.momentgan.data.ImageShape;
import io.momentgan.data.Images;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * The images whose labels a classifier learns from, the same for all workers. Each worker goes
 * through them in permutations of its own, without end.
 *
 * @param images in no order that means anything; empty where the labels of all images are used
 */
public record LabelledImages(Images images) implements Serializable {
  /** A labelled image of a shard. */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Labelled(byte label, byte[] pixels) implements Serializable {}

  /** No labelled images of their own. */
  public static LabelledImages none(ImageShape shape) {
    return new LabelledImages(new Images(shape, new byte[0], new byte[0]));
  }

  /**
   * Chooses {@code labels.per-class} images of each class: the first ones in the order in which
   * images are dealt to the workers, which the seed alone decides.
   *
   * @param shards the training images, whose classes are known to be below the number of classes
   * @param shape of an image
   * @throws UserException when a class has fewer
   */
  public static LabelledImages choose(Shards shards, LabelsConfig config, ImageShape shape) {
    int perClass = config.perClass();
    if (perClass == 0) {
      return none(shape);
    }
    List<List<Labelled>> byRank =
        shards.rdd().map(shard -> first(shard.images(), config)).collect();
    int[] found = new int[config.classes()];
    List<Labelled> chosen = new ArrayList<>();
    for (List<Labelled> ofShard : byRank) {
      for (Labelled image : ofShard) {
        if (found[Byte.toUnsignedInt(image.label())]++ < perClass) {
          chosen.add(image);
        }
      }
    }
    for (int label = 0; label < found.length; label++) {
      if (found[label] < perClass) {
        throw new UserException(
            "Setting labels.per-class: found %d, expected at most %d, the training images of class %d; set labels.per-class=%d or give more images"
                .formatted(perClass, found[label], label, found[label]));
      }
    }
    return new LabelledImages(join(shape, chosen));
  }

  private static List<Labelled> first(Images images, LabelsConfig config) {
    int[] found = new int[config.classes()];
    List<Labelled> chosen = new ArrayList<>();
    int features = images.shape().features();
    for (int i = 0; i < images.count(); i++) {
      byte label = images.labels()[i];
      if (found[Byte.toUnsignedInt(label)]++ < config.perClass()) {
        byte[] pixels = new byte[features];
        System.arraycopy(images.pixels(), i * features, pixels, 0, features);
        chosen.add(new Labelled(label, pixels));
      }
    }
    return chosen;
  }

  private static Images join(ImageShape shape, List<Labelled> chosen) {
    int features = shape.features();
    byte[] pixels = new byte[chosen.size() * features];
    byte[] labels = new byte[chosen.size()];
    for (int i = 0; i < labels.length; i++) {
      System.arraycopy(chosen.get(i).pixels(), 0, pixels, i * features, features);
      labels[i] = chosen.get(i).label();
    }
    return new Images(shape, pixels, labels);
  }

  /** Whether there are any. */
  public boolean isEmpty() {
    return images.count() == 0;
  }

  /**
   * Returns the numbers of images of a batch.
   *
   * @param batch number of batches of the worker before it
   * @param size of a batch
   * @param runSeed {@code train.seed}
   * @param rank of the worker
   */
  public int[] batch(long batch, int size, long runSeed, int rank) {
    int count = images.count();
    int[] indices = new int[size];
    int[] order = new int[0];
    long pass = -1;
    for (int i = 0; i < size; i++) {
      long at = batch * size + i;
      if (at / count != pass) {
        pass = at / count;
        order = Permutation.of(count, Seeds.of(runSeed, Seeds.Use.LABELLED, pass, rank));
      }
      indices[i] = order[(int) (at % count)];
    }
    return indices;
  }
}
