package io.momentgan.sampling;

import io.momentgan.config.Experiment;
import io.momentgan.config.Seeds;
import io.momentgan.data.ImageShape;
import io.momentgan.data.Images;
import io.momentgan.network.state.NetworkState;

/**
 * Images from a generator, drawn in whole chunks of {@value #CHUNK}, each with a seed of its own:
 * an image is the same on any worker, even if batch normalisation uses the statistics of the batch.
 *
 * @param experiment the settings
 * @param shape shape of the images
 * @param generator state of the generator
 * @param seed of the latent vectors
 */
public record GeneratedDraw(
    Experiment experiment, ImageShape shape, NetworkState generator, long seed)
    implements ImageDraw {
  public GeneratedDraw {
    // The optimizer's state stays behind.
    generator = generator.withoutUpdater();
  }

  /** Images drawn together. */
  static final int CHUNK = 100;

  @Override
  public int count() {
    return Integer.MAX_VALUE;
  }

  @Override
  public Images draw(int from, int to) {
    Sampler sampler = new Sampler(experiment, shape);
    byte[] pixels = new byte[Math.multiplyExact(to - from, shape.features())];
    byte[] labels = new byte[experiment.labels().drawn() > 0 ? to - from : 0];
    int[] classes = sampler.classes(CHUNK);
    for (int chunk = from / CHUNK; chunk * CHUNK < to; chunk++) {
      float[][] drawn = sampler.draw(generator, CHUNK, Seeds.of(seed, Seeds.Use.DRAWS, chunk));
      int first = Math.max(from, chunk * CHUNK);
      int last = Math.min(to, chunk * CHUNK + CHUNK);
      for (int i = first; i < last; i++) {
        byte[] image = Pixels.ofRows(drawn[i - chunk * CHUNK]);
        System.arraycopy(image, 0, pixels, (i - from) * image.length, image.length);
      }
    }
    for (int i = 0; i < labels.length; i++) {
      labels[i] = (byte) classes[(from + i) % CHUNK];
    }
    return new Images(shape, pixels, labels);
  }
}
