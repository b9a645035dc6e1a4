package io.momentgan.step;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A batch of images with their classes.
 *
 * @param rows images [n, features]
 * @param labels the class of each, or an empty array where labels are not used; never mutated
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record LabelledImages(INDArray rows, int[] labels) {
  int count() {
    return (int) rows.size(0);
  }
}
