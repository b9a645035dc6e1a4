package io.momentgan.kernels;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.NesterovsUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * Classical momentum, {@code v = momentum * v + rate * gradient}, which is subtracted from the
 * parameters (Polyak 1964; Sutskever et al. 2013, equations 1 and 2). Deeplearning4j has Nesterov's
 * only. Both keep one velocity per parameter.
 */
public final class ClassicalMomentum extends Nesterovs {
  private static final long serialVersionUID = 1L;

  /**
   * Defines classical momentum.
   *
   * @param learningRate step size
   * @param rates its schedule; null if it is constant
   * @param momentum share of the last update in the next
   * @param momenta its schedule; null if it is constant
   */
  public ClassicalMomentum(
      double learningRate, ISchedule rates, double momentum, ISchedule momenta) {
    super(learningRate, rates, momentum, momenta, null);
  }

  @Override
  public GradientUpdater<?> instantiate(INDArray viewArray, boolean initializeViewArray) {
    INDArray state = viewArray.reshape(viewArray.length());
    Updater updater = new Updater(this);
    updater.setStateViewArray(
        state, new long[] {state.length()}, state.ordering(), initializeViewArray);
    return updater;
  }

  @Override
  public ClassicalMomentum clone() {
    return new ClassicalMomentum(
        getLearningRate(), getLearningRateSchedule(), getMomentum(), getMomentumISchedule());
  }

  private static final class Updater extends NesterovsUpdater {
    private static final long serialVersionUID = 1L;

    Updater(ClassicalMomentum config) {
      super(config);
    }

    @Override
    public void applyUpdater(INDArray gradient, int iteration, int epoch) {
      getV().muli(getConfig().currentMomentum(iteration, epoch));
      getV().addi(gradient.muli(getConfig().getLearningRate(iteration, epoch)));
      gradient.assign(getV());
    }

    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }
}
