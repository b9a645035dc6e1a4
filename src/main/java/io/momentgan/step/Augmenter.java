package io.momentgan.step;

import io.momentgan.config.AugmentConfig;
import io.momentgan.config.Seeds;
import io.momentgan.data.ImageShape;
import io.momentgan.engine.Rows;
import io.momentgan.step.DiscriminatorInput.Shown;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * Augments a worker's batches on their way to the discriminator.
 *
 * @param config the settings
 * @param shape of an image
 * @param range difference of white and black, 2 for images in [-1, 1]
 * @param runSeed {@code train.seed}
 * @param rank of the worker
 */
record Augmenter(AugmentConfig config, ImageShape shape, double range, long runSeed, int rank) {
  /**
   * Returns an augmented copy of images [n, features], or the images where nothing is augmented.
   * Each image draws for itself.
   */
  Rows augment(Rows images, Shown side, long iteration, int draw) {
    return map(images, side, iteration, draw, augmentation -> augmentation::apply);
  }

  /**
   * Returns the gradient [n, features] with respect to the images that {@link #augment} was given,
   * from that with respect to its result.
   */
  Rows backpropagate(Rows gradient, Shown side, long iteration, int draw) {
    return map(gradient, side, iteration, draw, augmentation -> augmentation::backpropagate);
  }

  @FunctionalInterface
  private interface Pass {
    void run(double[] values, int from, ImageShape shape);
  }

  private Rows map(
      Rows rows, Shown side, long iteration, int draw, Function<Augmentation, Pass> direction) {
    if (!config.on()) {
      return rows;
    }
    double[] values = rows.doubles();
    SplittableRandom random =
        new SplittableRandom(
            Seeds.of(runSeed, Seeds.Use.AUGMENTATION, iteration, rank, draw, side.salt()));
    for (int from = 0; from < values.length; from += shape.features()) {
      Augmentation drawn = Augmentation.draw(config, shape, range, random);
      direction.apply(drawn).run(values, from, shape);
    }
    return rows.withValues(values);
  }
}
