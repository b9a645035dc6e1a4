package io.momentgan.kernels;

/** A layer that trains on {@link Tensor}s: values on the heap do not pass through ND4J's memory. */
public interface TensorLayer {
  /**
   * Runs a training pass.
   *
   * @param input unchanged until the backward pass
   * @return activations in memory that the next pass may overwrite
   */
  Tensor forward(Tensor input);

  /**
   * Runs the backward pass of the last {@link #forward}; writes the gradients with respect to the
   * parameters to the layer's views.
   *
   * @param errors gradient with respect to the activations; may be overwritten
   * @return gradient with respect to the input, in memory that the next pass may overwrite
   */
  Tensor backward(Tensor errors);

  /**
   * Sets the results that the next backward passes must compute.
   *
   * @param gradients false: gradients with respect to the parameters keep their old values
   * @param inputErrors false: the gradient with respect to the input has arbitrary values
   */
  default void compute(boolean gradients, boolean inputErrors) {}
}
