package io.momentgan.kernels;

import org.nd4j.linalg.api.ndarray.INDArray;

/** A part of a network that is conditioned on the classes of the images. */
public interface Conditional {
  /**
   * Sets the classes for the next passes.
   *
   * @param oneHot rows [n, classes] with 1 at the class and 0 elsewhere, of the network's type
   */
  void condition(INDArray oneHot);
}
