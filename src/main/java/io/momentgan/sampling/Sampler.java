package io.momentgan.sampling;

import io.momentgan.config.Experiment;
import io.momentgan.config.Seeds;
import io.momentgan.data.ImageShape;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.Network;
import io.momentgan.network.state.NetworkState;
import io.momentgan.step.LatentVectors;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Draws images from a generator. A generator with classes draws them in turn, 0, 1, ..., the last,
 * 0, ..., unless the caller names them.
 */
public final class Sampler {
  private final Experiment experiment;
  private final Network generator;

  /** Prepares a sampler for generators of an experiment. */
  public Sampler(Experiment experiment, ImageShape shape) {
    this.experiment = experiment;
    this.generator = GanNetworks.generatorForUse(experiment, shape);
  }

  /**
   * Draws the grid, from the same z each epoch.
   *
   * @return images [samples.grid][features] in [-1, 1]
   */
  public float[][] grid(NetworkState state) {
    return draw(state, gridLatent());
  }

  /** Draws the latent vectors of that grid [samples.grid, latent.size], row after row. */
  public float[] gridLatent() {
    long seed = Seeds.of(experiment.train().seed(), Seeds.Use.GRID);
    return LatentVectors.draw(experiment.latent(), experiment.samples().grid(), seed);
  }

  /**
   * Draws the stored samples of an epoch, from new z.
   *
   * @return images [samples.stored][features] in [-1, 1]
   */
  public float[][] stored(NetworkState state, int epoch) {
    long runSeed = experiment.train().seed();
    return draw(state, experiment.samples().stored(), Seeds.of(runSeed, Seeds.Use.SAMPLES, epoch));
  }

  /**
   * Draws images as one batch: with batch normalisation by the statistics of the batch, an image
   * depends on the others.
   *
   * @return images [count][features] in [-1, 1]
   */
  public float[][] draw(NetworkState state, int count, long seed) {
    return draw(state, classes(count), seed);
  }

  /**
   * Draws an image of each of these classes, as one batch.
   *
   * @param classes the class of each; ignored without classes
   * @return images [classes.length][features] in [-1, 1]
   */
  public float[][] draw(NetworkState state, int[] classes, long seed) {
    float[] z = LatentVectors.draw(experiment.latent(), classes.length, seed);
    return draw(state, z, classes, seed);
  }

  /**
   * Draws images from given latent vectors, as one batch. Dropout that stays on while sampling
   * drops the same units each time.
   *
   * @param z latent vectors [count, latent.size], row after row
   * @return images [count][features] in [-1, 1]
   */
  public float[][] draw(NetworkState state, float[] z) {
    return draw(state, z, classes(z.length / experiment.latent().size()));
  }

  /**
   * Draws images of given classes from given latent vectors, as one batch.
   *
   * @param z latent vectors [count, latent.size], row after row
   * @param classes the class of each; ignored without classes
   * @return images [count][features] in [-1, 1]
   */
  public float[][] draw(NetworkState state, float[] z, int[] classes) {
    return draw(state, z, classes, experiment.train().seed());
  }

  /** Lists the classes of images drawn in turn; all 0 without classes. */
  public int[] classes(int count) {
    int all = Math.max(1, experiment.labels().drawn());
    return IntStream.range(0, count).map(i -> i % all).toArray();
  }

  /** Number of columns of a picture of images: one per class, else as many as rows. */
  public int columns(int count) {
    int classes = experiment.labels().drawn();
    return classes > 0 ? classes : (int) Math.ceil(Math.sqrt(count));
  }

  private float[][] draw(NetworkState state, float[] z, int[] classes, long seed) {
    generator.load(state);
    if (experiment.generator().samplingDropout()) {
      Nd4j.getRandom().setSeed(Seeds.of(seed, Seeds.Use.SAMPLING_DROPOUT));
    }
    int count = z.length / experiment.latent().size();
    INDArray input = HostArrays.toArray(z, count, experiment.latent().size());
    float[] values = HostArrays.floats(generator.sample(input, classes));
    toSymmetricRange(values);
    return Pixels.split(values, count);
  }

  /** Maps a sigmoid's output from [0, 1] to [-1, 1]. */
  private void toSymmetricRange(float[] values) {
    if (experiment.generator().output().black() == 0) {
      for (int i = 0; i < values.length; i++) {
        values[i] = 2 * values[i] - 1;
      }
    }
  }
}
