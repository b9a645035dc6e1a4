package io.momentgan.engine.torch;

import org.bytedeco.pytorch.Tensor;

/**
 * What the operations of a pass share.
 *
 * @param leaves the parameters, in the order of the operations
 * @param oneHot classes of the rows [n, classes]; null without
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record Pass(Tensor[] leaves, Tensor oneHot) {}
