package io.momentgan.kernels;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.AdamUpdater;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Adam with an update that the JIT compiler vectorises, for float parameters on a CPU; stock Adam
 * elsewhere. Both have the same state, so a network may change between them.
 */
public final class VectorAdam extends Adam {
  private static final long serialVersionUID = 1L;

  private final boolean epsilonInside;

  /**
   * Defines Adam (Kingma and Ba, arXiv 1412.6980).
   *
   * @param learningRate step size
   * @param beta1 decay of the first moment
   * @param beta2 decay of the second moment
   * @param epsilon denominator offset
   * @param epsilonInside whether to divide by sqrt(v + epsilon) instead of sqrt(v) + epsilon
   */
  public VectorAdam(
      double learningRate, double beta1, double beta2, double epsilon, boolean epsilonInside) {
    super(learningRate, beta1, beta2, epsilon);
    this.epsilonInside = epsilonInside;
  }

  @Override
  public GradientUpdater<?> instantiate(INDArray viewArray, boolean initializeViewArray) {
    if (!Nd4j.getEnvironment().isCPU() || viewArray.dataType() != DataType.FLOAT) {
      return epsilonInside
          ? withState(new InnerEpsilonUpdater(this), viewArray, initializeViewArray)
          : super.instantiate(viewArray, initializeViewArray);
    }
    return withState(new VectorAdamUpdater(this), viewArray, initializeViewArray);
  }

  private static AdamUpdater withState(
      AdamUpdater updater, INDArray viewArray, boolean initializeViewArray) {
    INDArray state = viewArray.reshape(viewArray.length());
    updater.setStateViewArray(
        state, new long[] {state.length() / 2}, state.ordering(), initializeViewArray);
    return updater;
  }

  @Override
  public VectorAdam clone() {
    VectorAdam copy =
        new VectorAdam(getLearningRate(), getBeta1(), getBeta2(), getEpsilon(), epsilonInside);
    copy.setLearningRateSchedule(getLearningRateSchedule());
    return copy;
  }

  /** Returns whether to divide by sqrt(v + epsilon). */
  public boolean isEpsilonInside() {
    return epsilonInside;
  }

  /** Adam with epsilon inside the root, for doubles and for GPUs. */
  private static final class InnerEpsilonUpdater extends AdamUpdater {
    private static final long serialVersionUID = 1L;

    InnerEpsilonUpdater(VectorAdam config) {
      super(config);
    }

    @Override
    public void applyUpdater(INDArray gradient, int iteration, int epoch) {
      Adam config = getConfig();
      getM().muli(config.getBeta1()).addi(gradient.mul(1 - config.getBeta1()));
      getV().muli(config.getBeta2()).addi(gradient.mul(gradient).muli(1 - config.getBeta2()));
      double t = iteration + 1.0;
      double correction =
          Math.sqrt(1 - Math.pow(config.getBeta2(), t)) / (1 - Math.pow(config.getBeta1(), t));
      INDArray roots = Transforms.sqrt(getV().add(config.getEpsilon()), false);
      double rate = config.getLearningRate(iteration, epoch) * correction;
      gradient.assign(getM().mul(rate).divi(roots));
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
