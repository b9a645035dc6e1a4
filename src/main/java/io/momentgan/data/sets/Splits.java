package io.momentgan.data.sets;

import io.momentgan.config.ConfigException;
import io.momentgan.config.DataConfig;
import io.momentgan.data.ImageSource;
import java.util.Optional;

/**
 * The images of a training file, divided.
 *
 * @param training those after the validation images, up to the limit
 * @param validation those at the head, if any are asked for
 */
record Splits(ImageSource training, Optional<ImageSource> validation) {
  static Splits of(ImageSource images, DataConfig config) {
    int count = images.count();
    int validation = config.validation();
    if (validation >= count) {
      throw new ConfigException(
          "Setting data.validation: found %d, expected less than the %d images of %s; set it to %d"
                  .formatted(validation, count, config.uri(), count / 10)
              + ", or to 0 to keep none apart");
    }
    int available = count - validation;
    if (config.limit() > available) {
      throw new ConfigException(
          "Setting data.limit: found %d, expected at most %d (%d images of %s less %d for validation)"
              .formatted(config.limit(), available, count, config.uri(), validation));
    }
    int used = config.limit() == 0 ? available : config.limit();
    return new Splits(
        subset(images, validation, validation + used),
        validation == 0 ? Optional.empty() : Optional.of(subset(images, 0, validation)));
  }

  private static ImageSource subset(ImageSource images, int from, int to) {
    return from == 0 && to == images.count() ? images : new SubsetSource(images, from, to);
  }
}
