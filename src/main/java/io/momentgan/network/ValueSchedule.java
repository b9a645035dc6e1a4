package io.momentgan.network;

import io.momentgan.config.OptimizerConfig;
import io.momentgan.config.OptimizerConfig.Point;
import java.util.List;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * A learning rate or momentum that depends on the number of earlier updates of the network.
 *
 * @param first value at the first update
 * @param points later values: linear between them, constant after the last
 * @param decay factor per update, where there are no points
 * @param floor smallest value that the decay reaches
 */
record ValueSchedule(double first, List<Point> points, double decay, double floor)
    implements ISchedule {
  /** The schedule of a learning rate; null for a constant one, as Deeplearning4j has it. */
  static ISchedule ofLearningRate(OptimizerConfig o) {
    boolean constant = o.learningRatePoints().isEmpty() && o.learningRateDecay() == 1;
    return constant
        ? null
        : new ValueSchedule(
            o.learningRate(), o.learningRatePoints(), o.learningRateDecay(), o.learningRateFloor());
  }

  /** The schedule of a momentum; null for a constant one. */
  static ISchedule ofMomentum(OptimizerConfig o) {
    return o.momentumPoints().isEmpty()
        ? null
        : new ValueSchedule(o.momentum(), o.momentumPoints(), 1, 0);
  }

  @Override
  public double valueAt(int update, int epoch) {
    if (points.isEmpty()) {
      return Math.max(floor, first * Math.pow(decay, update));
    }
    Point from = null;
    for (Point to : points) {
      if (update < to.update()) {
        int begun = from == null ? 0 : from.update();
        double value = from == null ? first : from.value();
        double share = (update - begun) / (double) (to.update() - begun);
        return value + share * (to.value() - value);
      }
      from = to;
    }
    return from.value();
  }

  @Override
  public ISchedule clone() {
    return this;
  }
}
