package io.momentgan.bench;

import io.momentgan.config.Seeds;
import io.momentgan.data.ImageShape;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import io.momentgan.evaluation.Evaluator;
import io.momentgan.sampling.ImageDraw;
import io.momentgan.sampling.IndependentPixelsDraw;
import io.momentgan.sampling.RealDraw;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Sets of images of known quality, to calibrate measures with: real ones, and real ones with one
 * kind of damage each.
 */
final class KnownSets {
  private static final int ALL_CLASSES = 256;
  private static final double NOISE = 0.1;

  private KnownSets() {}

  /**
   * Makes the sets, from good to bad within each kind of damage.
   *
   * @param training the training images
   * @param heldOut images that nothing was trained on
   * @return the sets by their names
   */
  static Map<String, ImageDraw> of(ImageSource training, ImageSource heldOut) {
    ImageDraw real = new Picked(heldOut, 0, ALL_CLASSES, 0);
    Map<String, ImageDraw> sets = new LinkedHashMap<>();
    sets.put("held-out images", real);
    sets.put("with noise, s = 0.1", new Noisy(real, NOISE));
    sets.put("blurred by 1-2-1", new Blurred(real));
    sets.put("without class 9", new Picked(heldOut, 0, 9, 0));
    sets.put("classes 0 to 4 only", new Picked(heldOut, 0, 5, 0));
    sets.put("classes 0 to 2 only", new Picked(heldOut, 0, 3, 0));
    sets.put("class 1 only", new Picked(heldOut, 1, 2, 0));
    sets.put("1000 training images repeated", new Picked(training, 0, ALL_CLASSES, 1000));
    sets.put("100 training images repeated", new Picked(training, 0, ALL_CLASSES, 100));
    sets.put("one training image repeated", new Picked(training, 0, ALL_CLASSES, 1));
    sets.put("independent pixels", new IndependentPixelsDraw(training, Evaluator.SEED));
    return sets;
  }

  /**
   * Real images of some classes, over and over.
   *
   * @param images where they come from
   * @param fromClass the lowest class
   * @param toClass one past the highest
   * @param distinct how many different ones; 0 for all
   */
  record Picked(ImageSource images, int fromClass, int toClass, int distinct) implements ImageDraw {
    @Override
    public int count() {
      return Integer.MAX_VALUE;
    }

    @Override
    public Images draw(int from, int to) {
      int[] order = new RealDraw(images, Evaluator.SEED).indices(0, images.count());
      byte[] labels = images.read(order).labels();
      int[] fitting =
          IntStream.range(0, order.length)
              .filter(i -> (labels[i] & 0xFF) >= fromClass && (labels[i] & 0xFF) < toClass)
              .map(i -> order[i])
              .toArray();
      int cycle = distinct == 0 ? fitting.length : Math.min(distinct, fitting.length);
      return images.read(IntStream.range(from, to).map(i -> fitting[i % cycle]).toArray());
    }
  }

  /**
   * Images with Gaussian noise.
   *
   * @param images the images
   * @param deviation of the noise, where black is 0 and white is 1
   */
  private record Noisy(ImageDraw images, double deviation) implements ImageDraw {
    @Override
    public int count() {
      return images.count();
    }

    @Override
    public Images draw(int from, int to) {
      Images real = images.draw(from, to);
      byte[] pixels = real.pixels().clone();
      int length = pixels.length / (to - from);
      for (int i = 0; i < to - from; i++) {
        SplittableRandom random =
            new SplittableRandom(Seeds.of(Evaluator.SEED, Seeds.Use.REALS, from + i));
        for (int j = i * length; j < (i + 1) * length; j++) {
          double value = (pixels[j] & 0xFF) + 255 * deviation * random.nextGaussian();
          pixels[j] = (byte) Math.round(Math.max(0, Math.min(255, value)));
        }
      }
      return new Images(real.shape(), pixels, real.labels());
    }
  }

  /**
   * Images blurred by the binomial filter of 3x3, with black around them.
   *
   * @param images the images
   */
  private record Blurred(ImageDraw images) implements ImageDraw {
    private static final int[] FILTER = {1, 2, 1};
    private static final int FILTER_SUM = 16;

    @Override
    public int count() {
      return images.count();
    }

    @Override
    public Images draw(int from, int to) {
      Images real = images.draw(from, to);
      ImageShape shape = real.shape();
      byte[] sharp = real.pixels();
      byte[] blurred = new byte[sharp.length];
      int plane = shape.height() * shape.width();
      for (int i = 0; i < sharp.length; i++) {
        int place = i % plane;
        blurred[i] =
            (byte) filtered(sharp, i - place, shape, place / shape.width(), place % shape.width());
      }
      return new Images(shape, blurred, real.labels());
    }

    private static int filtered(byte[] pixels, int plane, ImageShape shape, int row, int column) {
      int sum = 0;
      for (int y = Math.max(0, row - 1); y <= Math.min(shape.height() - 1, row + 1); y++) {
        for (int x = Math.max(0, column - 1); x <= Math.min(shape.width() - 1, column + 1); x++) {
          int weight = FILTER[y - row + 1] * FILTER[x - column + 1];
          sum += weight * (pixels[plane + y * shape.width() + x] & 0xFF);
        }
      }
      return Math.round((float) sum / FILTER_SUM);
    }
  }
}
