package io.momentgan.sampling;

import io.momentgan.config.Experiment;
import io.momentgan.data.ImageShape;
import io.momentgan.data.Images;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.Network;
import io.momentgan.network.state.NetworkState;
import io.momentgan.partition.Shard;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a discriminator sees in images: the outputs of its last hidden layer, as Radford et al. 2016
 * (arXiv 1511.06434, section 5) use them for a linear classifier. For discriminators that are not
 * told the class.
 */
public final class DiscriminatorFeatures {
  private final Experiment experiment;
  private final Network discriminator;

  /**
   * Opens a discriminator on this machine; used by one thread.
   *
   * @param experiment its settings
   * @param shape shape of the images
   * @param state its parameters
   */
  public DiscriminatorFeatures(Experiment experiment, ImageShape shape, NetworkState state) {
    this.experiment = experiment;
    this.discriminator = GanNetworks.discriminatorForUse(experiment, shape);
    discriminator.load(state);
  }

  /**
   * Computes the features of images in one pass. Those of an image do not depend on the others,
   * except with minibatch discrimination.
   *
   * @param images at least one
   * @return features [images][values]
   */
  public float[][] of(Images images) {
    int count = images.count();
    float[] rows =
        new Shard(0, images, experiment.generator().output().black())
            .rows(IntStream.range(0, count).toArray());
    INDArray input = HostArrays.toArray(rows, count, rows.length / count);
    return Pixels.split(HostArrays.floats(discriminator.sampleFeatures(input)), count);
  }
}
