package io.momentgan.step;

import io.momentgan.config.Experiment.LatentConfig;
import java.util.SplittableRandom;

/** Draws latent vectors z. */
public final class LatentVectors {
  private LatentVectors() {}

  /**
   * Draws z.
   *
   * @param config size and distribution
   * @param rows how many vectors
   * @param seed of the draw
   * @return values [rows, size], row after row
   */
  public static float[] draw(LatentConfig config, int rows, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[rows * config.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (config.distribution()) {
            case UNIFORM -> uniform(config, random.nextDouble());
            case GAUSSIAN -> (float) random.nextGaussian();
          };
    }
    return values;
  }

  /** Maps [0, 1) to [low, high): the largest doubles would be rounded to a float of high. */
  static float uniform(LatentConfig config, double unit) {
    float value = (float) ((config.high() - config.low()) * unit + config.low());
    return Math.min(value, Math.nextDown((float) config.high()));
  }
}
