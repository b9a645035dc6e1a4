package io.momentgan.engine.torch;

import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Operations that look across a batch. */
final class BatchOperations {
  private static final double L1 = 1;

  private BatchOperations() {}

  /**
   * Appends to each row how close it is to the others (see {@link
   * io.momentgan.kernels.batch.MinibatchDiscrimination}).
   *
   * @param rows [n, inputs]
   * @param theta [inputs, dimensions * kernels]
   * @param scale s [1, dimensions * kernels]
   * @param bias [1, kernels]
   */
  static Tensor discriminate(Tensor rows, Tensor theta, Tensor scale, Tensor bias) {
    Tensor norms = theta.norm(new ScalarOptional(new Scalar(2)), new long[] {0}, true);
    Tensor products = rows.matmul(theta.mul(scale.exp().div(norms)));
    Tensor ofKernels = products.reshape(rows.size(0), -1, bias.numel()).permute(2, 0, 1);
    Tensor distances = torch.cdist(ofKernels, ofKernels, L1, new LongOptional());
    Tensor toAll = distances.neg().exp().sum(2).t();
    // Without the row itself, which is 1.
    return torch.cat(new TensorVector(rows, toAll.sub(new Scalar(1)).add(bias)), 1);
  }
}
