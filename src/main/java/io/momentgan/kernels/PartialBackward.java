package io.momentgan.kernels;

/** A layer whose way back can leave out what nobody needs. */
public interface PartialBackward {
  /**
   * Says what the next ways back must compute.
   *
   * @param gradients whether the gradients by the parameters are needed; else they keep what they
   *     held
   * @param errors whether the gradient by the input is needed; else it has any values
   */
  void compute(boolean gradients, boolean errors);
}
