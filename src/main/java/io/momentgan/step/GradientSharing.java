package io.momentgan.step;

import io.momentgan.collective.Collective;
import io.momentgan.collective.Message.WeightedMean;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.network.Network;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Averages gradients over all workers before an update.
 *
 * @param collective the worker's end of its group
 * @param on whether gradients are shared at all
 */
record GradientSharing(Collective collective, boolean on) {
  /**
   * The mean over the workers of values that are means of n images; one's own if none are shared.
   */
  double[] mean(double[] values, int n) {
    return on ? collective.merge(new WeightedMean(n, values)).values() : values;
  }

  /** Replaces a network's gradient of n images by the mean over the workers. */
  void share(Network network, int n) {
    if (on) {
      WeightedMean own = new WeightedMean(n, HostArrays.doubles(network.gradient()));
      INDArray mean = Nd4j.createFromArray(collective.merge(own).values());
      network.gradient().assign(mean.castTo(network.dataType()));
    }
  }
}
