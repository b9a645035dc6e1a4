package io.momentgan.network;

import io.momentgan.config.Experiment;
import io.momentgan.config.Seeds;
import io.momentgan.data.ImageShape;
import io.momentgan.network.NetworkBlueprint.Purpose;
import io.momentgan.network.state.AveragingState;
import io.momentgan.network.state.NetworkSize;
import io.momentgan.network.state.Snapshot;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * A generator and its discriminator.
 *
 * @param generator from z [n, latent] to images [n, features]
 * @param discriminator from images [n, features] to logits [n, 1], with a class head to logits [n,
 *     1 + classes] of being real and of each class, a classifier to logits [n, classes]
 */
public record GanNetworks(Network generator, Network discriminator) {
  /**
   * Creates both networks with initial weights; the same settings and seed give the same bits.
   *
   * @param experiment the settings
   * @param shape shape of an image
   * @param dataType type of the parameters: FLOAT, or DOUBLE for checks
   */
  public static GanNetworks build(Experiment experiment, ImageShape shape, DataType dataType) {
    long seed = experiment.train().seed();
    return new GanNetworks(
        new Network(
            generator(experiment, shape, dataType), Seeds.of(seed, Seeds.Use.GENERATOR_WEIGHTS)),
        new Network(
            discriminator(experiment, shape, dataType),
            Seeds.of(seed, Seeds.Use.DISCRIMINATOR_WEIGHTS)));
  }

  /**
   * Creates a generator for inference, to be filled by {@link Network#load}. Stock layers, so that
   * plain Deeplearning4j gives the same bits.
   */
  public static Network generatorForUse(Experiment experiment, ImageShape shape) {
    return new Network(generator(experiment, shape, DataType.FLOAT).with(Purpose.USE), 0);
  }

  /** Creates a discriminator for inference, to be filled by {@link Network#load}. */
  public static Network discriminatorForUse(Experiment experiment, ImageShape shape) {
    return new Network(discriminator(experiment, shape, DataType.FLOAT).with(Purpose.USE), 0);
  }

  /** Counts the values of a generator's state. */
  public static NetworkSize generatorSize(Experiment experiment, ImageShape shape) {
    return NetworkMemory.size(generator(experiment, shape, DataType.FLOAT));
  }

  /** Counts the values of a discriminator's state. */
  public static NetworkSize discriminatorSize(Experiment experiment, ImageShape shape) {
    return NetworkMemory.size(discriminator(experiment, shape, DataType.FLOAT));
  }

  private static NetworkBlueprint generator(
      Experiment experiment, ImageShape shape, DataType dataType) {
    return new NetworkBlueprint(
        experiment.generator(),
        latent(experiment),
        shape,
        experiment.latent(),
        LabelInput.ofGenerator(experiment.labels()),
        dataType,
        experiment.kernels(),
        Purpose.TRAINING);
  }

  private static NetworkBlueprint discriminator(
      Experiment experiment, ImageShape shape, DataType dataType) {
    return new NetworkBlueprint(
        experiment.discriminator(),
        shape,
        new ImageShape(experiment.labels().outputs(), 1, 1),
        experiment.latent(),
        LabelInput.ofDiscriminator(experiment.labels()),
        dataType,
        experiment.kernels(),
        Purpose.TRAINING);
  }

  /** Returns the shape of a latent vector. */
  public static ImageShape latent(Experiment experiment) {
    return new ImageShape(experiment.latent().size(), 1, 1);
  }

  /**
   * Loads a snapshot.
   *
   * @param snapshot of networks of the same settings
   */
  public void load(Snapshot snapshot) {
    generator.load(snapshot.generator());
    discriminator.load(snapshot.discriminator());
  }

  /** Returns the snapshot before the first round. */
  public Snapshot initialSnapshot() {
    return new Snapshot(
        0,
        0,
        0,
        generator.state(),
        discriminator.state(),
        new float[0],
        List.of(),
        AveragingState.NONE);
  }
}
