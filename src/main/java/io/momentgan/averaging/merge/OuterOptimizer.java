package io.momentgan.averaging.merge;

import io.momentgan.config.AveragingConfig.OuterRates;
import io.momentgan.config.AveragingConfig.OuterType;
import io.momentgan.network.ParameterLayout;

/**
 * Uses the change of the average over a round as a gradient (SlowMo, arXiv 1910.00643; DiLoCo,
 * arXiv 2311.08105). Running statistics of batch normalisation are averages and are copied.
 *
 * @param type its update rule
 * @param rates its rates for the network
 * @param layout of the network's parameters
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
public record OuterOptimizer(OuterType type, OuterRates rates, ParameterLayout layout) {
  /**
   * The outcome of a step.
   *
   * @param params parameters after it
   * @param velocity for the next step; empty without an outer optimizer
   */
  public record Step(float[] params, float[] velocity) {}

  /** Steps from the parameters before a round, given their average after it. */
  public Step step(float[] before, float[] average, float[] velocity) {
    if (type == OuterType.NONE) {
      return new Step(average, velocity);
    }
    float[] params = new float[before.length];
    float[] moved = new float[before.length];
    for (int i = 0; i < before.length; i++) {
      double change = (double) before[i] - average[i];
      double last = velocity.length == 0 ? 0 : velocity[i];
      double u = rates.momentum() * last + change;
      double direction = type == OuterType.NESTEROV ? change + rates.momentum() * u : u;
      params[i] = (float) (before[i] - rates.learningRate() * direction);
      moved[i] = (float) u;
    }
    layout.copyStatistics(average, params);
    return new Step(params, moved);
  }
}
