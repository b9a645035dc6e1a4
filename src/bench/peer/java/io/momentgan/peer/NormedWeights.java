package io.momentgan.peer;

import org.bytedeco.pytorch.CompilationUnit;
import org.bytedeco.pytorch.Function;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.QualifiedName;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Weight normalisation: passes use scale * v / |v| as the weights of an output, by libtorch's own
 * kernel.
 */
// The presets lack that kernel, but TorchScript finds it: by products and norms, a pass and its
// gradient take twice the time.
final class NormedWeights {
  private static final String NAME = "normed";
  private static final CompilationUnit UNIT =
      torch.compile("def " + NAME + "(v, g):\n  return torch._weight_norm(v, g, 0)\n");
  private static final Function KERNEL = UNIT.get_function(new QualifiedName(NAME));

  private final Tensor parameters;
  private final Tensor scales;
  private Tensor weights;

  /**
   * Weights of a layer.
   *
   * @param parameters v [outputs, inputs]
   * @param scales of the outputs [outputs, 1]
   */
  NormedWeights(Tensor parameters, Tensor scales) {
    this.parameters = parameters;
    this.scales = scales;
  }

  /** Computes the weights from the parameters. */
  void follow() {
    weights = KERNEL.apply(new IValueVector(new IValue(parameters), new IValue(scales))).toTensor();
  }

  /** The weights as of the last {@link #follow}. */
  Tensor weights() {
    return weights;
  }
}
