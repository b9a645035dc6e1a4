package io.momentgan.engine.torch;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/** A batch normalisation's statistics of its last pass, from which the running ones follow. */
final class BatchStatistics {
  private static final double THIS_BATCH_ONLY = 1;

  private final int mean;
  private final int variance;
  private final double decay;
  private final Tensor batchMean;
  private final Tensor batchVariance;
  private final TensorOptional means;
  private final TensorOptional variances;
  private long perChannel;

  /**
   * Prepares a normalisation.
   *
   * @param mean index of the first running mean in the flat parameters
   * @param variance index of the first running variance
   * @param decay of the running statistics
   * @param batchMean receives the means [channels]
   * @param batchVariance receives the unbiased variances [channels]
   */
  BatchStatistics(int mean, int variance, double decay, Tensor batchMean, Tensor batchVariance) {
    this.mean = mean;
    this.variance = variance;
    this.decay = decay;
    this.batchMean = batchMean;
    this.batchVariance = batchVariance;
    this.means = new TensorOptional(batchMean);
    this.variances = new TensorOptional(batchVariance);
  }

  int mean() {
    return mean;
  }

  int variance() {
    return variance;
  }

  long channels() {
    return batchMean.numel();
  }

  /** Normalises rows or images by their own statistics. */
  Tensor normalise(Tensor x, Tensor gamma, Tensor beta, double epsilon) {
    perChannel = x.numel() / channels();
    return torch.batch_norm(
        x,
        new TensorOptional(gamma),
        new TensorOptional(beta),
        means,
        variances,
        true,
        THIS_BATCH_ONLY,
        epsilon,
        true);
  }

  /** Returns the step of the running means, which an update subtracts. */
  Tensor meanStep(Tensor params) {
    return step(params.narrow(0, mean, channels()), batchMean);
  }

  /** Returns the step of the running variances, which an update subtracts. */
  Tensor varianceStep(Tensor params) {
    // libtorch keeps the unbiased variance, which one value per channel does not have.
    Tensor biased =
        perChannel == 1
            ? torch.zeros_like(batchVariance)
            : batchVariance.mul(new Scalar((perChannel - 1.0) / perChannel));
    return step(params.narrow(0, variance, channels()), biased);
  }

  private Tensor step(Tensor running, Tensor ofBatch) {
    return running.sub(ofBatch).mul_(new Scalar(1 - decay));
  }
}
