package io.momentgan.kernels;

import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.preprocessor.BaseInputPreProcessor;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Rearranges channels to space (Shi et al. 2016, equation 4): value (c * f * f + i * f + j, y, x)
 * moves to (c, y * f + i, x * f + j). The gradient of this permutation is its inverse.
 */
public final class PixelShuffle extends BaseInputPreProcessor {
  private static final long serialVersionUID = 1L;

  @JsonProperty private final int factor;

  /**
   * Defines a shuffle.
   *
   * @param factor f, ratio of the heights and widths after and before
   */
  @JsonCreator
  public PixelShuffle(@JsonProperty("factor") int factor) {
    this.factor = factor;
  }

  /** Returns the ratio of the heights and widths after and before. */
  public int factor() {
    return factor;
  }

  @Override
  public INDArray preProcess(INDArray input, int miniBatchSize, LayerWorkspaceMgr workspaces) {
    long n = input.size(0);
    long channels = input.size(1) / factor / factor;
    long height = input.size(2);
    long width = input.size(3);
    INDArray shuffled =
        input
            .dup('c')
            .reshape('c', n, channels, factor, factor, height, width)
            .permute(0, 1, 4, 2, 5, 3)
            .dup('c')
            .reshape('c', n, channels, height * factor, width * factor);
    return workspaces.leverageTo(ArrayType.ACTIVATIONS, shuffled);
  }

  @Override
  public INDArray backprop(INDArray epsilon, int miniBatchSize, LayerWorkspaceMgr workspaces) {
    long n = epsilon.size(0);
    long channels = epsilon.size(1);
    long height = epsilon.size(2) / factor;
    long width = epsilon.size(3) / factor;
    INDArray inputErrors =
        epsilon
            .dup('c')
            .reshape('c', n, channels, height, factor, width, factor)
            .permute(0, 1, 3, 5, 2, 4)
            .dup('c')
            .reshape('c', n, channels * factor * factor, height, width);
    return workspaces.leverageTo(ArrayType.ACTIVATION_GRAD, inputErrors);
  }

  @Override
  public InputType getOutputType(InputType type) {
    InputType.InputTypeConvolutional in = (InputType.InputTypeConvolutional) type;
    return InputType.convolutional(
        in.getHeight() * factor, in.getWidth() * factor, in.getChannels() / factor / factor);
  }
}
