package io.momentgan.kernels.elements;

import io.momentgan.kernels.loops.HeapActivation;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;

/** The logistic function (1 + tanh(x / 2)) / 2 by {@link VectorTanh}. */
public final class VectorSigmoid extends ActivationSigmoid implements HeapActivation {
  private static final long serialVersionUID = 1L;

  @Override
  public void activate(float[] values, int from, int to) {
    for (int i = from; i < to; i++) {
      values[i] *= 0.5f;
    }
    VectorTanh.tanh(values, from, to);
    for (int i = from; i < to; i++) {
      values[i] = 0.5f + 0.5f * values[i];
    }
  }

  @Override
  public void backprop(float[] errors, float[] results, int from, int to) {
    for (int i = from; i < to; i++) {
      errors[i] *= results[i] * (1 - results[i]);
    }
  }
}
