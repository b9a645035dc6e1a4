package io.momentgan.sampling;

import io.momentgan.config.Experiment;
import io.momentgan.config.Seeds;
import io.momentgan.network.state.NetworkState;
import io.momentgan.step.LatentVectors;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Interpolations between latent vectors. Images that jump instead of changing gradually show that
 * the generator memorises.
 */
public final class Interpolation {
  /** Number of interpolations. */
  public static final int ROWS = 8;

  /** Images of an interpolation, both ends included. */
  public static final int STEPS = 10;

  private static final double NEARLY_PARALLEL = 1e-6;

  private Interpolation() {}

  /**
   * Draws the interpolations, from the same vectors for each generator of an experiment.
   *
   * @return images [{@link #ROWS} * {@link #STEPS}][features] in [-1, 1], row after row
   */
  public static float[][] draw(Sampler sampler, Experiment experiment, NetworkState generator) {
    int size = experiment.latent().size();
    long seed = Seeds.of(experiment.train().seed(), Seeds.Use.GRID, 1);
    float[] ends = LatentVectors.draw(experiment.latent(), 2 * ROWS, seed);
    float[] z = new float[ROWS * STEPS * size];
    for (int row = 0; row < ROWS; row++) {
      float[] from = Arrays.copyOfRange(ends, 2 * row * size, (2 * row + 1) * size);
      float[] to = Arrays.copyOfRange(ends, (2 * row + 1) * size, (2 * row + 2) * size);
      for (int step = 0; step < STEPS; step++) {
        float[] between = between(from, to, step / (STEPS - 1.0));
        System.arraycopy(between, 0, z, (row * STEPS + step) * size, size);
      }
    }
    return sampler.draw(generator, z, classes(sampler));
  }

  /** Gives all images of a row one class. */
  private static int[] classes(Sampler sampler) {
    int[] ofRows = sampler.classes(ROWS);
    return IntStream.range(0, ROWS * STEPS).map(i -> ofRows[i / STEPS]).toArray();
  }

  /**
   * Interpolates on the arc between two vectors (spherical interpolation, Shoemake 1985): unlike on
   * the straight line, the result is as long as drawn vectors are.
   *
   * @param from at 0
   * @param to at 1
   * @param share 0 to 1
   */
  public static float[] between(float[] from, float[] to, double share) {
    double cosine = dot(from, to) / Math.sqrt(dot(from, from) * dot(to, to));
    double angle = Math.acos(Math.max(-1, Math.min(1, cosine)));
    boolean straight = Math.sin(angle) < NEARLY_PARALLEL;
    double left = straight ? 1 - share : Math.sin((1 - share) * angle) / Math.sin(angle);
    double right = straight ? share : Math.sin(share * angle) / Math.sin(angle);
    float[] result = new float[from.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) (left * from[i] + right * to[i]);
    }
    return result;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }
}
