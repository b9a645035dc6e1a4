package io.momentgan.sampling;

import io.momentgan.config.Seeds;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import java.util.SplittableRandom;

/**
 * Images of independent pixels, each taken from a random real image: right means and variances, no
 * structure. No generator that learns should be worse, so they are the ceiling of measures.
 *
 * @param images the real images
 * @param seed of the draw
 */
public record IndependentPixelsDraw(ImageSource images, long seed) implements ImageDraw {
  private static final int POOL = 2000;

  @Override
  public int count() {
    return Integer.MAX_VALUE;
  }

  @Override
  public Images draw(int from, int to) {
    int size = Math.min(POOL, images.count());
    byte[] pool = new RealDraw(images, seed).draw(0, size).pixels();
    int features = images.shape().features();
    byte[] pixels = new byte[(to - from) * features];
    for (int i = from; i < to; i++) {
      SplittableRandom random =
          new SplittableRandom(Seeds.of(seed, Seeds.Use.INDEPENDENT_PIXELS, i));
      for (int j = 0; j < features; j++) {
        pixels[(i - from) * features + j] = pool[random.nextInt(size) * features + j];
      }
    }
    return new Images(images.shape(), pixels, new byte[0]);
  }
}
