package io.momentgan.engine.torch;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/**
 * What the operations of a pass share.
 *
 * @param leaves the parameters, in the order of the operations
 * @param optional the same, as operations take parameters that they can do without
 * @param oneHot classes of the rows [reference + n, classes], those of a reference batch of virtual
 *     batch normalisation first; null without
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record Pass(Tensor[] leaves, TensorOptional[] optional, Tensor oneHot) {
  /** Returns the classes of an operation's rows, from which the reference batch may be gone. */
  Tensor oneHot(Tensor rows) {
    return oneHot.narrow(0, oneHot.size(0) - rows.size(0), rows.size(0));
  }
}
