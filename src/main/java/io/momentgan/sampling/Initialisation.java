package io.momentgan.sampling;

import io.momentgan.config.Experiment;
import io.momentgan.config.Seeds;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.network.GanNetworks;
import io.momentgan.partition.Shard;
import io.momentgan.step.LatentVectors;
import java.util.stream.IntStream;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Initialisation of networks from training images, once, on the driver: the same settings and
 * images give the same bits.
 *
 * @param experiment the settings, with {@code train.init-images}
 * @param images the training images, at least as many
 */
public record Initialisation(Experiment experiment, ImageSource images) {
  /** Initialises the discriminator by images drawn by seed, the generator by as many z. */
  public void run(GanNetworks networks) {
    int count = experiment.train().initImages();
    Images drawn = new RealDraw(images, seed(0)).draw(0, count);
    float[] rows =
        new Shard(0, drawn, experiment.generator().output().black())
            .rows(IntStream.range(0, count).toArray());
    byte[] labels = drawn.labels();
    int[] classes =
        IntStream.range(0, labels.length).map(i -> Byte.toUnsignedInt(labels[i])).toArray();
    Nd4j.getRandom().setSeed(seed(1));
    networks
        .discriminator()
        .initialise(HostArrays.toArray(rows, count, images.shape().features()), classes);
    float[] z = LatentVectors.draw(experiment.latent(), count, seed(2));
    Nd4j.getRandom().setSeed(seed(3));
    networks
        .generator()
        .initialise(HostArrays.toArray(z, count, experiment.latent().size()), classes);
  }

  private long seed(long place) {
    return Seeds.of(experiment.train().seed(), Seeds.Use.INITIALISATION, place);
  }
}
