package io.momentgan.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.engine.torch.TorchWeights.Scaled;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Weights of the first output are (3, 4), those of the second (0, 0); scales are 2 and 5. */
@Tag("torch")
class TorchWeightsTest {
  private static final Offset<Double> TOLERANCE = Offset.offset(1e-12);

  private final TorchMemory memory = TorchMemory.of(-1, ScalarType.Double);

  @Test
  void weightsAreTheirDirectionTimesTheirScaleAndZerosStayZero() {
    try (PointerScope scope = TorchMemory.scope()) {
      Scaled weights = new Scaled(0, 1, 0);
      Tensor[] leaves = leaves();
      assertThat(TorchMemory.doubles(weights.of(leaves)))
          .containsExactly(new double[] {1.2, 1.6, 0, 0}, TOLERANCE);
      leaves[0].copy_(memory.tensor(new double[] {3, 4, 6, 8}, 2, 2));
      weights.loaded(leaves);
      assertThat(TorchMemory.doubles(weights.of(leaves)))
          .containsExactly(new double[] {1.2, 1.6, 3, 4}, TOLERANCE);
      leaves[0].copy_(memory.tensor(new double[] {0, 0, 6, 8}, 2, 2));
      weights.loaded(leaves);
      assertThat(TorchMemory.doubles(weights.of(leaves)))
          .containsExactly(new double[] {0, 0, 3, 4}, TOLERANCE);
    }
  }

  @Test
  void eachOutputHasItsNormWhereverItsWeightsLie() {
    try (PointerScope scope = TorchMemory.scope()) {
      Tensor[] leaves = {
        memory.tensor(new double[] {3, 6, 4, 8}, 2, 2), memory.tensor(new double[] {2, 5}, 2)
      };
      Scaled weights = new Scaled(0, 1, 1);
      weights.loaded(leaves);
      assertThat(TorchMemory.doubles(weights.of(leaves)))
          .containsExactly(new double[] {1.2, 3, 1.6, 4}, TOLERANCE);
    }
  }

  /** w1 = g v1 / |v|: its derivatives are g v2^2 / |v|^3, -g v1 v2 / |v|^3 and v1 / |v|. */
  @Test
  void gradientsOfZerosAreZero() {
    try (PointerScope scope = TorchMemory.scope()) {
      Tensor[] leaves = leaves();
      Arrays.stream(leaves).forEach(leaf -> leaf.requires_grad_(true));
      Scaled weights = new Scaled(0, 1, 0);
      weights.loaded(leaves);
      weights.of(leaves).select(1, 0).sum().backward();
      assertThat(TorchMemory.doubles(leaves[0].grad()))
          .containsExactly(new double[] {0.256, -0.192, 0, 0}, TOLERANCE);
      assertThat(TorchMemory.doubles(leaves[1].grad()))
          .containsExactly(new double[] {0.6, 0}, TOLERANCE);
    }
  }

  private Tensor[] leaves() {
    return new Tensor[] {
      memory.tensor(new double[] {3, 4, 0, 0}, 2, 2), memory.tensor(new double[] {2, 5}, 2)
    };
  }
}
