package io.momentgan.data.arrays;

import io.momentgan.config.DataConfig.ImagesConfig;
import io.momentgan.data.DataException;
import io.momentgan.data.ImageShape;
import java.util.Optional;

/** Images that are stored as one row of values, of which only the number is known. */
public final class FlatPixels {
  private FlatPixels() {}

  /**
   * Finds the shape: that of {@code data.images} if it has as many values, otherwise a grey square.
   *
   * @param values number of values of an image
   */
  public static Optional<ImageShape> shape(int values, ImagesConfig config) {
    ImageShape given = new ImageShape(config.channels(), config.height(), config.width());
    int side = (int) Math.round(Math.sqrt(values));
    if (given.features() == values) {
      return Optional.of(given);
    }
    return values > 0 && side * side == values
        ? Optional.of(new ImageShape(1, side, side))
        : Optional.empty();
  }

  /** Says that no shape fits. */
  public static DataException noShape(Object location, int values) {
    return new DataException(
        "%s: found %d values per image, expected a square number; set data.images.channels, data.images.height and data.images.width to the images' shape"
            .formatted(location, values));
  }
}
