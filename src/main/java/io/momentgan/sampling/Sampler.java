package io.momentgan.sampling;

import io.momentgan.config.Experiment;
import io.momentgan.config.Seeds;
import io.momentgan.data.ImageShape;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.Network;
import io.momentgan.network.state.NetworkState;
import io.momentgan.step.LatentVectors;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Draws pictures from a generator. Where it is told classes, images are of one class after another:
 * 0, 1, ..., the last, 0, ... unless the caller says which.
 */
public final class Sampler {
  private final Experiment experiment;
  private final Network generator;

  /**
   * A sampler for generators of an experiment.
   *
   * @param experiment the settings
   * @param shape shape of an image
   */
  public Sampler(Experiment experiment, ImageShape shape) {
    this.experiment = experiment;
    this.generator = GanNetworks.generatorForUse(experiment, shape);
  }

  /**
   * Draws the grid that shows the same z each epoch.
   *
   * @param state of the generator
   * @return images [samples.grid][features] in [-1, 1]
   */
  public float[][] grid(NetworkState state) {
    return draw(state, gridLatent());
  }

  /** The latent vectors of that grid [samples.grid, latent.size], row after row. */
  public float[] gridLatent() {
    long seed = Seeds.of(experiment.train().seed(), Seeds.Use.GRID);
    return LatentVectors.draw(experiment.latent(), experiment.samples().grid(), seed);
  }

  /**
   * Draws the stored samples of an epoch, from new z.
   *
   * @param state of the generator
   * @param epoch number of the epoch
   * @return images [samples.stored][features] in [-1, 1]
   */
  public float[][] stored(NetworkState state, int epoch) {
    long runSeed = experiment.train().seed();
    return draw(state, experiment.samples().stored(), Seeds.of(runSeed, Seeds.Use.SAMPLES, epoch));
  }

  /**
   * Draws images as one batch: where batch normalisation samples by the statistics of the batch, an
   * image depends on its batch mates.
   *
   * @param state of the generator
   * @param count how many
   * @param seed of the draw
   * @return images [count][features] in [-1, 1]
   */
  public float[][] draw(NetworkState state, int count, long seed) {
    float[] z = LatentVectors.draw(experiment.latent(), count, seed);
    return draw(state, z, classes(count), seed);
  }

  /**
   * Draws images from given latent vectors, as one batch. Where dropout stays on while sampling, it
   * drops the same each time.
   *
   * @param state of the generator
   * @param z latent vectors [count, latent.size], row after row
   * @return images [count][features] in [-1, 1]
   */
  public float[][] draw(NetworkState state, float[] z) {
    return draw(state, z, classes(z.length / experiment.latent().size()));
  }

  /**
   * Draws images of given classes from given latent vectors, as one batch.
   *
   * @param state of the generator
   * @param z latent vectors [count, latent.size], row after row
   * @param classes the class of each; of no account where the generator is told none
   * @return images [count][features] in [-1, 1]
   */
  public float[][] draw(NetworkState state, float[] z, int[] classes) {
    return draw(state, z, classes, experiment.train().seed());
  }

  /**
   * One class after another.
   *
   * @param count of how many images
   * @return a class each, all 0 where the generator is told none
   */
  public int[] classes(int count) {
    int all = Math.max(1, experiment.labels().classes());
    return IntStream.range(0, count).map(i -> i % all).toArray();
  }

  /**
   * Columns of a picture of drawn images: one per class where there are classes, else as many as
   * rows.
   *
   * @param count of how many images
   */
  public int columns(int count) {
    return experiment.labels().on()
        ? experiment.labels().classes()
        : (int) Math.ceil(Math.sqrt(count));
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
    int features = values.length / count;
    float[][] images = new float[count][];
    for (int i = 0; i < count; i++) {
      images[i] = Arrays.copyOfRange(values, i * features, (i + 1) * features);
    }
    return images;
  }

  /** A sigmoid draws black as 0; pictures have it as -1, whatever drew them. */
  private void toSymmetricRange(float[] values) {
    if (experiment.generator().output().black() == 0) {
      for (int i = 0; i < values.length; i++) {
        values[i] = 2 * values[i] - 1;
      }
    }
  }
}
