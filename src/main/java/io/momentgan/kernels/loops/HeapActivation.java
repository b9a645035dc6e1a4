package io.momentgan.kernels.loops;

import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;

/** An activation function on the heap, with a derivative that follows from its result. */
public interface HeapActivation {
  HeapActivation IDENTITY =
      new HeapActivation() {
        @Override
        public void activate(float[] values, int from, int to) {}

        @Override
        public void backprop(float[] errors, float[] results, int from, int to) {}
      };

  /** Applies the function in place. */
  void activate(float[] values, int from, int to);

  /**
   * Multiplies errors by the function's derivative in place.
   *
   * @param errors gradient with respect to the results, then with respect to the input
   * @param results of {@link #activate}
   */
  void backprop(float[] errors, float[] results, int from, int to);

  /** Casts a function of Deeplearning4j's. */
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
