package io.momentgan.averaging;

import io.momentgan.config.AveragingConfig.Ema;
import io.momentgan.network.ParameterLayout;

/** The generator's exponential moving average, counted in images (StyleGAN, arXiv 1812.04948). */
record GeneratorEma(Ema config, ParameterLayout layout) {
  /**
   * Computes the average after a round of {@code images} real images, {@code seen} in all; empty
   * where none is kept. Running statistics of batch normalisation are averages already and are
   * copied from the newest generator.
   */
  float[] next(float[] average, float[] before, float[] after, long images, long seen) {
    if (!config.on()) {
      return new float[0];
    }
    double keep = Math.pow(0.5, images / halfLife(seen));
    float[] old = average.length == 0 ? before : average;
    float[] next = new float[after.length];
    for (int i = 0; i < next.length; i++) {
      next[i] = (float) (after[i] + keep * ((double) old[i] - after[i]));
    }
    layout.copyStatistics(after, next);
    return next;
  }

  private double halfLife(long seen) {
    return config.rampUp() == 0
        ? config.halfLife()
        : Math.min(config.halfLife(), config.rampUp() * seen);
  }
}
