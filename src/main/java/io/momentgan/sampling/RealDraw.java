package io.momentgan.sampling;

import io.momentgan.config.Seeds;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import io.momentgan.partition.Permutation;
import java.util.Arrays;

/**
 * Real images in a shuffled order, so that each block of them is a fair sample.
 *
 * @param images the images
 * @param seed of the order
 */
public record RealDraw(ImageSource images, long seed) implements ImageDraw {
  @Override
  public int count() {
    return images.count();
  }

  @Override
  public Images draw(int from, int to) {
    return images.read(indices(from, to));
  }

  /** Maps places in the shuffled order to indices of the source. */
  public int[] indices(int from, int to) {
    int[] order = Permutation.of(images.count(), Seeds.of(seed, Seeds.Use.REALS));
    return Arrays.copyOfRange(order, from, to);
  }
}
