package io.momentgan.kernels.elements;

import io.momentgan.kernels.loops.HeapActivation;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;

/** Softplus, ln(1 + exp(x)), with the derivative 1 - exp(-result). */
public final class VectorSoftplus extends ActivationSoftPlus implements HeapActivation {
  private static final long serialVersionUID = 1L;

  @Override
  public void activate(float[] values, int from, int to) {
    for (int i = from; i < to; i++) {
      // So that exp never overflows.
      values[i] = Math.max(values[i], 0) + (float) Math.log1p(Math.exp(-Math.abs(values[i])));
    }
  }

  @Override
  public void backprop(float[] errors, float[] results, int from, int to) {
    for (int i = from; i < to; i++) {
      errors[i] *= (float) -Math.expm1(-results[i]);
    }
  }
}
