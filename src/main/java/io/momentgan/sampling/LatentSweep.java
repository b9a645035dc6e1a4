package io.momentgan.sampling;

import io.momentgan.config.Experiment;
import io.momentgan.config.Experiment.LatentConfig;
import io.momentgan.config.NetworkConfig;
import io.momentgan.config.Seeds;
import io.momentgan.network.state.NetworkState;
import io.momentgan.step.LatentVectors;
import java.util.Arrays;

/** Images of one latent vector of which one coordinate goes from 0 to 1 in equal steps. */
public final class LatentSweep {
  private LatentSweep() {}

  /**
   * Makes the latent vectors.
   *
   * @param coordinate index of the coordinate that changes
   * @param tiles number of vectors
   * @param seed of the vector that all of them share
   * @return [tiles, size], row after row
   */
  public static float[] latents(LatentConfig latent, int coordinate, int tiles, long seed) {
    float[] base = LatentVectors.draw(latent, 1, seed);
    float[] z = new float[tiles * base.length];
    for (int tile = 0; tile < tiles; tile++) {
      System.arraycopy(base, 0, z, tile * base.length, base.length);
      z[tile * base.length + coordinate] = (float) tile / Math.max(1, tiles - 1);
    }
    return z;
  }

  /**
   * Draws the images.
   *
   * <p>With batch normalisation by the statistics of the batch, 64 similar images would normalise
   * away all that they share. There each is drawn among the same other images of a training batch.
   *
   * @param z the latent vectors, from {@link #latents}
   * @param seed of the other vectors
   * @return images, of the first class if there are classes, [tiles][features] in [-1, 1]
   */
  public static float[][] draw(
      Sampler sampler, Experiment experiment, NetworkState generator, float[] z, long seed) {
    if (experiment.generator().batchNorm().sampling() != NetworkConfig.Statistics.BATCH) {
      return sampler.draw(generator, z, new int[z.length / experiment.latent().size()]);
    }
    int size = experiment.latent().size();
    int others = Math.max(1, experiment.train().batchSize() - 1);
    float[] batch =
        LatentVectors.draw(experiment.latent(), 1 + others, Seeds.of(seed, Seeds.Use.GRID, 2));
    float[][] images = new float[z.length / size][];
    for (int tile = 0; tile < images.length; tile++) {
      System.arraycopy(z, tile * size, batch, 0, size);
      images[tile] = sampler.draw(generator, Arrays.copyOf(batch, batch.length))[0];
    }
    return images;
  }
}
