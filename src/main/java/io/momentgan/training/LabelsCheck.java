package io.momentgan.training;

import io.momentgan.config.LabelsConfig;
import io.momentgan.config.UserException;
import io.momentgan.data.ImageSource;
import io.momentgan.partition.Shards;

/** Checks that the images have the classes that conditional networks are told. */
final class LabelsCheck {
  private LabelsCheck() {}

  /**
   * Refuses images without classes, before anything is asked of the cluster.
   *
   * @param config what networks are told of classes
   * @param images the training images, at least one
   * @throws UserException when classes are needed and there are none
   */
  static void requireLabels(LabelsConfig config, ImageSource images) {
    if (config.on() && images.read(new int[] {0}).labels().length == 0) {
      throw new UserException(
          ("Setting labels.classes: found %d with images that have no classes, expected labelled images"
                  + " (an IDX file of labels, or a subfolder per class); set labels.classes=0 or give"
                  + " such data")
              .formatted(config.classes()));
    }
  }

  /**
   * Refuses images of more classes than the networks know, before the first round.
   *
   * @param config what networks are told of classes
   * @param shards the training images, loaded
   * @throws UserException naming the number of classes that there are
   */
  static void requireClasses(LabelsConfig config, Shards shards) {
    if (!config.on()) {
      return;
    }
    int largest = shards.rdd().map(shard -> largest(shard.images().labels())).reduce(Math::max);
    if (largest >= config.classes()) {
      throw new UserException(
          "Setting labels.classes: found %d with images of class %d, expected at least %d; set labels.classes=%d"
              .formatted(config.classes(), largest, largest + 1, largest + 1));
    }
  }

  private static int largest(byte[] labels) {
    int largest = 0;
    for (byte label : labels) {
      largest = Math.max(largest, label & 0xFF);
    }
    return largest;
  }
}
