package io.momentgan.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.Adam;

class VectorAdamTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 5, 2047, 2048, 2049, 10_000})
  void updatesAndStateEqualThoseOfStockAdam(int parameters) {
    INDArray stockState = Nd4j.zeros(DataType.FLOAT, 1, 2L * parameters);
    INDArray state = Nd4j.zeros(DataType.FLOAT, 1, 2L * parameters);
    GradientUpdater<?> stock = new Adam(0.002, 0.5, 0.99, 1e-7).instantiate(stockState, true);
    GradientUpdater<?> vector =
        new VectorAdam(0.002, 0.5, 0.99, 1e-7, false).instantiate(state, true);
    Random random = new Random(parameters);
    for (int iteration = 0; iteration < 20; iteration++) {
      INDArray gradient = gradient(random, parameters);
      INDArray expected = gradient.dup();
      stock.applyUpdater(expected, iteration, 0);
      vector.applyUpdater(gradient, iteration, 0);
      assertThat(gradient.toFloatVector()).containsExactly(expected.toFloatVector(), within(1e-8f));
    }
    assertThat(state.ravel().toFloatVector())
        .containsExactly(stockState.ravel().toFloatVector(), within(1e-6f));
  }

  /** Compares with stock Adam and separate division, subtraction and norm. */
  @ParameterizedTest
  @ValueSource(ints = {1, 5, 2047, 2048, 2049, 10_000})
  void oneUpdateOfParametersEqualsTheStockSteps(int parameters) {
    INDArray stockState = Nd4j.zeros(DataType.FLOAT, 1, 2L * parameters);
    INDArray state = Nd4j.zeros(DataType.FLOAT, 1, 2L * parameters);
    GradientUpdater<?> stock = new Adam(0.002, 0.5, 0.99, 1e-7).instantiate(stockState, true);
    VectorAdamUpdater fused =
        (VectorAdamUpdater) new VectorAdam(0.002, 0.5, 0.99, 1e-7, false).instantiate(state, true);
    Random random = new Random(parameters);
    INDArray expected = gradient(random, parameters);
    INDArray params = expected.dup();
    for (int iteration = 0; iteration < 20; iteration++) {
      INDArray gradient = gradient(random, parameters).muli(30);
      double norm = gradient.norm2Number().doubleValue();
      double squares = fused.update(params, gradient.dup(), 30, iteration);
      assertThat(Math.sqrt(squares)).isCloseTo(norm, within(1e-5 * norm));
      INDArray step = gradient.div(30);
      stock.applyUpdater(step, iteration, 0);
      expected.subi(step);
      assertThat(params.toFloatVector()).containsExactly(expected.toFloatVector(), within(1e-6f));
    }
    assertThat(state.ravel().toFloatVector())
        .containsExactly(stockState.ravel().toFloatVector(), within(1e-6f));
  }

  @Test
  void aPartOfALargerVectorIsUpdatedAlone() {
    INDArray all = Nd4j.ones(DataType.FLOAT, 10);
    INDArray part = all.get(NDArrayIndex.interval(3, 6));
    GradientUpdater<?> vector =
        new VectorAdam(0.5, 0.9, 0.999, 1e-8, false)
            .instantiate(Nd4j.zeros(DataType.FLOAT, 1, 6), true);
    vector.applyUpdater(part, 0, 0);
    float[] values = all.toFloatVector();
    assertThat(values[2]).isEqualTo(1);
    assertThat(values[6]).isEqualTo(1);
    assertThat(values[4]).isCloseTo(0.5f, within(1e-5f));
  }

  @Test
  void doublesAreLeftToStockAdam() {
    GradientUpdater<?> updater =
        new VectorAdam(0.1, 0.9, 0.999, 1e-8, false)
            .instantiate(Nd4j.zeros(DataType.DOUBLE, 1, 4), true);
    assertThat(updater).isNotInstanceOf(VectorAdamUpdater.class);
  }

  @Test
  void copiesStayFast() {
    assertThat(new VectorAdam(0.1, 0.9, 0.999, 1e-8, false).clone())
        .isInstanceOf(VectorAdam.class)
        .isEqualTo(new VectorAdam(0.1, 0.9, 0.999, 1e-8, false));
  }

  private static INDArray gradient(Random random, int length) {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Nd4j.createFromArray(values);
  }
}
