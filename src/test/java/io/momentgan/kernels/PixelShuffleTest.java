package io.momentgan.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class PixelShuffleTest {
  private static final int N = 2;
  private static final int CHANNELS = 3;
  private static final int HEIGHT = 2;
  private static final int WIDTH = 4;
  private static final int FACTOR = 2;

  /** Equation 4 of Shi et al., value by value. */
  @Test
  void valuesGoWhereTheFormulaSaysAndBackAgain() {
    PixelShuffle shuffle = new PixelShuffle(FACTOR);
    INDArray input = numbered();
    INDArray output = shuffle.preProcess(input, N, LayerWorkspaceMgr.noWorkspaces());
    assertThat(output.shape()).containsExactly(N, CHANNELS, HEIGHT * FACTOR, WIDTH * FACTOR);
    for (int n = 0; n < N; n++) {
      for (int c = 0; c < CHANNELS; c++) {
        for (int y = 0; y < HEIGHT * FACTOR; y++) {
          for (int x = 0; x < WIDTH * FACTOR; x++) {
            int from = c * FACTOR * FACTOR + y % FACTOR * FACTOR + x % FACTOR;
            assertThat(output.getInt(n, c, y, x))
                .isEqualTo(input.getInt(n, from, y / FACTOR, x / FACTOR));
          }
        }
      }
    }
    assertThat(shuffle.backprop(output, N, LayerWorkspaceMgr.noWorkspaces())).isEqualTo(input);
  }

  private static INDArray numbered() {
    long[] shape = {N, CHANNELS * FACTOR * FACTOR, HEIGHT, WIDTH};
    long length = (long) N * CHANNELS * FACTOR * FACTOR * HEIGHT * WIDTH;
    return Nd4j.arange((double) length).castTo(DataType.FLOAT).reshape('c', shape);
  }
}
