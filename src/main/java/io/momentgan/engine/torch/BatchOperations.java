package io.momentgan.engine.torch;

import io.momentgan.kernels.batch.VirtualBatchNorm;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.T_TensorTensor_T;
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

  /**
   * Normalises the rows of a reference batch by their own statistics, and each row behind them by
   * those of itself and the reference batch.
   *
   * @param x [reference + n, channels] or [reference + n, channels, height, width]
   * @param gamma scales [channels]
   * @param beta shifts [channels]
   * @param norm the layer, which may take the reference batch off
   */
  static Tensor normalise(Tensor x, Tensor gamma, Tensor beta, VirtualBatchNorm norm) {
    long reference = norm.reference();
    long channels = x.size(1);
    Tensor values = x.reshape(x.size(0), channels, -1);
    Tensor first = values.narrow(0, 0, reference);
    Tensor rows = values.narrow(0, reference, x.size(0) - reference);
    T_TensorTensor_T ofFirst = torch.var_mean(first, new long[] {0, 2}, false, true);
    T_TensorTensor_T ofRows = torch.var_mean(rows, new long[] {2}, false, true);
    double share = 1.0 / (reference + 1);
    Tensor apart = ofRows.get1().sub(ofFirst.get1());
    Tensor mean = ofFirst.get1().add(apart, new Scalar(share));
    Tensor variance =
        ofFirst
            .get0()
            .mul(new Scalar(1 - share))
            .add(ofRows.get0(), new Scalar(share))
            .add(apart.square(), new Scalar(share * (1 - share)));
    Tensor normal = normalise(rows, mean, variance, norm.epsilon());
    if (!norm.last()) {
      Tensor before = normalise(first, ofFirst.get1(), ofFirst.get0(), norm.epsilon());
      normal = torch.cat(new TensorVector(before, normal), 0);
    }
    Tensor scaled = normal.mul(gamma.view(1, channels, 1)).add(beta.view(1, channels, 1));
    return x.dim() == 2
        ? scaled.reshape(-1, channels)
        : scaled.reshape(-1, channels, x.size(2), x.size(3));
  }

  private static Tensor normalise(Tensor x, Tensor mean, Tensor variance, double epsilon) {
    return x.sub(mean).mul(variance.add(new Scalar(epsilon)).rsqrt());
  }
}
