package io.momentgan.engine.torch;

import java.util.Arrays;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.nd4j.linalg.factory.Nd4j;

/** The weights of a layer that passes use: its parameters or a function of them. */
@FunctionalInterface
interface TorchWeights {
  /** Computes the weights from all parameters, in the order of the operations. */
  Tensor of(Tensor[] leaves);

  /**
   * Weights w = g v / |v| (see {@link io.momentgan.network.weights.WeightNorm}), one norm for each
   * output. Weights of an output that are all 0 stay 0.
   */
  final class Scaled implements TorchWeights {
    private final int v;
    private final int scales;
    private final long outputs;
    private boolean zeros = true;

    /**
     * Makes the weights.
     *
     * @param v number of the parameter v
     * @param scales number of the parameter g
     * @param outputs dimension of v that counts the outputs
     */
    Scaled(int v, int scales, long outputs) {
      this.v = v;
      this.scales = scales;
      this.outputs = outputs;
    }

    /**
     * Looks for an output whose weights are all 0, once for all passes until the next load: updates
     * make none.
     */
    void loaded(Tensor[] leaves) {
      zeros = none(leaves).any().item_bool();
    }

    @Override
    public Tensor of(Tensor[] leaves) {
      if (!zeros) {
        return normalised(leaves[v], leaves[scales]);
      }
      // libtorch's operation divides by the norm.
      Tensor none = none(leaves);
      Tensor scale = leaves[scales].reshape(none.sizes()).masked_fill(none, new Scalar(0));
      return normalised(leaves[v].add(none), scale);
    }

    private Tensor none(Tensor[] leaves) {
      return torch.norm_except_dim(leaves[v].detach(), 2, outputs).eq(new Scalar(0));
    }

    private Tensor normalised(Tensor weights, Tensor scale) {
      long[] shape = new long[(int) weights.dim()];
      Arrays.fill(shape, 1);
      shape[(int) outputs] = scale.numel();
      return TorchEngine.call(
              "aten::_weight_norm",
              new IValue(weights),
              new IValue(scale.reshape(shape)),
              new IValue(outputs))
          .get(0)
          .toTensor();
    }
  }

  /**
   * Weights W / sigma (see {@link io.momentgan.network.weights.SpectralNorm}).
   *
   * @param weights number of the parameter W
   * @param vector number of the parameter u
   */
  record Divided(int weights, int vector) implements TorchWeights {
    @Override
    public Tensor of(Tensor[] leaves) {
      Tensor matrix = matrix(leaves[weights]);
      Tensor sigma = unit(leaves[vector]).dot(matrix.mv(right(leaves)));
      return leaves[weights].div(sigma);
    }

    /** Computes v, which is a constant to the gradient. */
    Tensor right(Tensor[] leaves) {
      return unit(matrix(leaves[weights].detach()).t().mv(unit(leaves[vector])));
    }

    /**
     * Makes the step of the power iteration that follows an update.
     *
     * @param right v before the update
     */
    void step(Tensor[] leaves, Tensor right) {
      if (leaves[weights].requires_grad()) {
        leaves[vector].copy_(unit(matrix(leaves[weights].detach()).mv(right)));
      }
    }

    private static Tensor matrix(Tensor weights) {
      return weights.reshape(weights.size(0), -1);
    }

    private static Tensor unit(Tensor vector) {
      return vector.div(vector.norm().clamp_min(new Scalar(Nd4j.EPS_THRESHOLD)));
    }
  }
}
