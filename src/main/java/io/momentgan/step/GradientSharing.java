package io.momentgan.step;

import io.momentgan.collective.Collective;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.moments.Moments;
import io.momentgan.network.Network;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Makes one gradient of those of all workers before an update.
 *
 * @param collective the worker's end of its group
 * @param on whether gradients are shared at all
 */
record GradientSharing(Collective collective, boolean on) {
  /**
   * Replaces a network's gradient by the mean over the workers.
   *
   * @param network after its backward pass
   * @param n number of images the gradient is of
   */
  void share(Network network, int n) {
    if (on) {
      Moments own = Moments.ofMeans(n, HostArrays.doubles(network.gradient()));
      INDArray mean = Nd4j.createFromArray(collective.merge(List.of(own)).get(0).mean());
      network.gradient().assign(mean.castTo(network.dataType()));
    }
  }
}
