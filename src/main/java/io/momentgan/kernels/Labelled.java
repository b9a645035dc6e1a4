package io.momentgan.kernels;

import org.nd4j.linalg.api.ndarray.INDArray;

/** A part of a network that uses the classes of the images beside what comes in. */
public interface Labelled {
  /**
   * Says which classes the rows of the next passes are of.
   *
   * @param oneHot rows [n, classes] with 1 at the class and 0 elsewhere, of the network's type
   */
  void label(INDArray oneHot);
}
