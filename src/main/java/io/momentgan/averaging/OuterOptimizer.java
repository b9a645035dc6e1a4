package io.momentgan.averaging;

import io.momentgan.config.AveragingConfig.OuterRates;
import io.momentgan.config.AveragingConfig.OuterType;
import io.momentgan.network.ParameterLayout;

/**
 * Uses the change of the average over a round as a gradient (SlowMo, arXiv 1910.00643; DiLoCo,
 * arXiv 2311.08105). Running statistics of batch normalisation are averages and are copied.
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record OuterOptimizer(OuterType type, OuterRates rates, ParameterLayout layout) {
  /** Parameters after a step, and the velocity for the next; empty without an outer optimizer. */
  record Step(float[] params, float[] velocity) {}

  /** Steps from the parameters before a round, given their average after it. */
  Step step(float[] before, float[] average, float[] velocity) {
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
