package io.momentgan.kernels.loops;

import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;

/** An activation function of values on the heap, with a slope that its result tells. */
public interface HeapActivation {
  /** Leaves values and errors as they are. */
  HeapActivation IDENTITY =
      new HeapActivation() {
        @Override
        public void activate(float[] values, int from, int to) {}

        @Override
        public void backprop(float[] errors, float[] results, int from, int to) {}
      };

  /** Replaces values by the function's. */
  void activate(float[] values, int from, int to);

  /**
   * Multiplies errors by the function's slope.
   *
   * @param errors by the results; replaced by those by what the function was given
   * @param results what {@link #activate} gave
   */
  void backprop(float[] errors, float[] results, int from, int to);

  /** A function of Deeplearning4j's as one of these. */
  static HeapActivation of(IActivation function) {
    if (function instanceof HeapActivation heap) {
      return heap;
    }
    if (function instanceof ActivationIdentity) {
      return IDENTITY;
    }
    throw new IllegalArgumentException(
        "Activation function: found %s, expected one that works on the heap".formatted(function));
  }
}
