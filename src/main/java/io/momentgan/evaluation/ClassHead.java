package io.momentgan.evaluation;

import io.momentgan.config.Experiment;
import io.momentgan.data.Images;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.Network;
import io.momentgan.network.state.NetworkState;
import io.momentgan.partition.Shard;
import io.momentgan.sampling.RealDraw;
import java.io.Serializable;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The accuracy of a discriminator that predicts classes: a class head (AC-GAN, Odena et al. 2017,
 * arXiv 1610.09585) or a classifier (Salimans et al. 2016).
 *
 * @param experiment the settings, with a discriminator that predicts classes
 * @param discriminator its state
 */
record ClassHead(Experiment experiment, NetworkState discriminator) implements Serializable {
  private static final int IMAGES_AT_ONCE = 100;

  ClassHead {
    // The optimizer's state stays behind.
    discriminator = new NetworkState(discriminator.params(), new float[0], discriminator.updates());
  }

  /** Returns the share of the first images whose class has the largest logit. */
  double accuracy(JavaSparkContext spark, RealDraw draw, int count) {
    spark.setJobDescription("ask the class head about %d images".formatted(count));
    long right =
        new Blocks(count)
            .pixels(spark, draw)
            .map(block -> right(new Images(draw.images().shape(), block.pixels(), block.labels())))
            .reduce(Long::sum);
    return (double) right / count;
  }

  private long right(Images images) {
    Network network = GanNetworks.discriminatorForUse(experiment, images.shape());
    network.load(discriminator);
    Shard shard = new Shard(0, images, experiment.generator().output().black());
    long right = 0;
    for (int from = 0; from < images.count(); from += IMAGES_AT_ONCE) {
      int to = Math.min(images.count(), from + IMAGES_AT_ONCE);
      // Whole batches, since batch normalisation may use their statistics.
      int first = Math.max(0, to - IMAGES_AT_ONCE);
      float[] rows = shard.rows(IntStream.range(first, to).toArray());
      INDArray input = HostArrays.toArray(rows, to - first, images.shape().features());
      float[] output = HostArrays.floats(network.sample(input));
      int width = output.length / (to - first);
      int classes = experiment.labels().predicted();
      for (int i = from; i < to; i++) {
        // The first output of a class head's row tells real from generated.
        int at = (i - first + 1) * width - classes;
        right += named(output, at, classes) == (images.labels()[i] & 0xFF) ? 1 : 0;
      }
    }
    return right;
  }

  /** Returns the class with the largest logit. */
  private static int named(float[] output, int from, int classes) {
    int best = 0;
    for (int c = 1; c < classes; c++) {
      best = output[from + c] > output[from + best] ? c : best;
    }
    return best;
  }
}
