package io.momentgan.step;

import io.momentgan.collective.Collective;
import io.momentgan.collective.Message.WeightedMean;
import io.momentgan.config.AveragingConfig.Wire;
import io.momentgan.engine.DeviceGroup;
import io.momentgan.engine.TrainedNetwork;
import java.util.Optional;

/**
 * Averages gradients over all workers before an update.
 *
 * @param collective the worker's end of its group
 * @param wire precision of gradients on their way
 * @param on whether gradients are shared at all
 * @param devices the workers' devices, if they average the networks' gradients by themselves
 */
record GradientSharing(
    Collective collective, Wire wire, boolean on, Optional<DeviceGroup> devices) {
  /**
   * The mean over the workers of values that are means of n images; one's own if none are shared.
   */
  double[] mean(double[] values, int n) {
    // In bfloat16, differences of means that are large would be rounding.
    Wire atLeastFloat = wire == Wire.BF16 ? Wire.FLOAT : wire;
    return on ? collective.merge(new WeightedMean(atLeastFloat, n, values)).values() : values;
  }

  /** Replaces a network's gradient of n images by the mean over the workers. */
  void share(TrainedNetwork network, int n) {
    if (devices.isPresent()) {
      devices.get().average(network);
    } else if (on) {
      WeightedMean own = new WeightedMean(wire, n, network.gradient());
      network.replaceGradient(collective.merge(own).values());
    }
  }
}
