package io.momentgan.network;

import io.momentgan.config.Experiment;
import io.momentgan.config.Seeds;
import io.momentgan.data.ImageShape;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * A generator and a discriminator that belong together.
 *
 * @param generator from z [n, latent] to images [n, features]
 * @param discriminator from images [n, features] to logits [n, 1]
 */
public record GanNetworks(Network generator, Network discriminator) {
  /**
   * Both networks with initial weights.
   *
   * @param experiment the settings
   * @param shape shape of an image
   * @param dataType type of the parameters: FLOAT, or DOUBLE for checks
   * @return the networks; the same settings and seed give the same bits
   */
  public static GanNetworks build(Experiment experiment, ImageShape shape, DataType dataType) {
    long seed = experiment.train().seed();
    return new GanNetworks(
        new Network(
            experiment.generator(),
            latent(experiment),
            shape,
            dataType,
            experiment.kernels(),
            Seeds.of(seed, Seeds.Use.GENERATOR_WEIGHTS)),
        new Network(
            experiment.discriminator(),
            shape,
            new ImageShape(1, 1, 1),
            dataType,
            experiment.kernels(),
            Seeds.of(seed, Seeds.Use.DISCRIMINATOR_WEIGHTS)));
  }

  /** The shape of a latent vector. */
  public static ImageShape latent(Experiment experiment) {
    return new ImageShape(experiment.latent().size(), 1, 1);
  }

  /**
   * Takes a snapshot's states over.
   *
   * @param snapshot of networks of the same settings
   */
  public void load(Snapshot snapshot) {
    generator.load(snapshot.generator());
    discriminator.load(snapshot.discriminator());
  }

  /** The snapshot of these networks before the first round. */
  public Snapshot initialSnapshot() {
    return new Snapshot(0, 0, 0, generator.state(), discriminator.state(), AveragingState.NONE);
  }
}
