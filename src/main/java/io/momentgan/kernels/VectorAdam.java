package io.momentgan.kernels;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.Adam;

/**
 * Adam with an update that the JIT compiler vectorises, for float parameters on a CPU; stock Adam
 * elsewhere. Both have the same state, so a network may change between them.
 */
public final class VectorAdam extends Adam {
  private static final long serialVersionUID = 1L;

  /**
   * Defines Adam (Kingma and Ba, arXiv 1412.6980).
   *
   * @param learningRate step size
   * @param beta1 decay of the first moment
   * @param beta2 decay of the second moment
   * @param epsilon denominator offset
   */
  public VectorAdam(double learningRate, double beta1, double beta2, double epsilon) {
    super(learningRate, beta1, beta2, epsilon);
  }

  @Override
  public GradientUpdater<?> instantiate(INDArray viewArray, boolean initializeViewArray) {
    if (!Nd4j.getEnvironment().isCPU() || viewArray.dataType() != DataType.FLOAT) {
      return super.instantiate(viewArray, initializeViewArray);
    }
    INDArray state = viewArray.reshape(viewArray.length());
    VectorAdamUpdater updater = new VectorAdamUpdater(this);
    updater.setStateViewArray(
        state, new long[] {state.length() / 2}, state.ordering(), initializeViewArray);
    return updater;
  }

  @Override
  public VectorAdam clone() {
    return new VectorAdam(getLearningRate(), getBeta1(), getBeta2(), getEpsilon());
  }
}
