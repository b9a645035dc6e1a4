package io.momentgan.data.glyphs;

import io.momentgan.data.ImageShape;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import java.util.Objects;

/**
 * The embedded data set: handwriting-like digits, a stand-in for MNIST that needs no files.
 *
 * <p>Images are 1x28x28 in 0..255, white on black, labels 0..9. Image and label {@code i} depend
 * only on the seed and {@code i}, so each worker draws its own. Every ten images from a multiple of
 * ten on hold each digit once.
 *
 * @param count number of images
 * @param seed seed of the drawing
 */
public record GlyphSource(int count, long seed) implements ImageSource {
  /** Rows and columns of an image. */
  static final int SIDE_PIXELS = 28;

  /** Changes whenever the same seed would give other images. */
  public static final int VERSION = 1;

  private static final long TEST_SALT = 0x7465737420736574L;
  private static final int DIGITS = 10;
  private static final int[] COPRIME_TO_TEN = {1, 3, 7, 9};

  public GlyphSource {
    if (count < 0) {
      throw new IllegalArgumentException("Invalid count: %d (must be >= 0)".formatted(count));
    }
  }

  /** Makes test images, from a seed of their own: none of them is a training image. */
  public static GlyphSource test(int count, long seed) {
    return new GlyphSource(count, GlyphRandom.mix(seed ^ TEST_SALT));
  }

  @Override
  public ImageShape shape() {
    return new ImageShape(1, SIDE_PIXELS, SIDE_PIXELS);
  }

  @Override
  public Images read(int[] indices) {
    int features = shape().features();
    byte[] pixels = new byte[Math.multiplyExact(indices.length, features)];
    byte[] labels = new byte[indices.length];
    for (int i = 0; i < indices.length; i++) {
      int index = Objects.checkIndex(indices[i], count);
      labels[i] = (byte) label(index);
      draw(index, labels[i], pixels, i * features);
    }
    return new Images(shape(), pixels, labels);
  }

  private void draw(int index, int digit, byte[] pixels, int offset) {
    GlyphRandom random = GlyphRandom.of(seed, index);
    GlyphPath path = new GlyphHand(random).write(digit);
    path.draw(pixels, offset, random.uniform(247, 255.4));
  }

  // Each ten has an order of its own.
  private int label(int index) {
    long order = GlyphRandom.mix(GlyphRandom.mix(seed) ^ (index / DIGITS));
    int stride = COPRIME_TO_TEN[(int) (order & 3)];
    int start = (int) ((order >>> 2) % DIGITS);
    return Math.floorMod(start + stride * (index % DIGITS), DIGITS);
  }
}
