package io.momentgan.kernels.loops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.kernels.elements.VectorDropout;
import io.momentgan.kernels.elements.VectorLeakyRelu;
import io.momentgan.kernels.elements.VectorSigmoid;
import io.momentgan.kernels.elements.VectorTanh;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationCube;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Compares with the stock functions in double. */
class HeapActivationTest {
  private static final int LENGTH = 37;

  static Stream<IActivation[]> functions() {
    return Stream.of(
        new IActivation[] {new VectorTanh(), new ActivationTanH()},
        new IActivation[] {new VectorSigmoid(), new ActivationSigmoid()},
        new IActivation[] {new VectorLeakyRelu(0), new ActivationLReLU(0)},
        new IActivation[] {new VectorLeakyRelu(0.01), new ActivationLReLU(0.01)},
        new IActivation[] {new VectorLeakyRelu(0.2), new ActivationLReLU(0.2)});
  }

  @ParameterizedTest
  @MethodSource("functions")
  void givesTheValuesAndSlopesOfTheStockFunction(IActivation fast, IActivation stock) {
    float[] values = new float[LENGTH];
    float[] errors = new float[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      values[i] = (i - LENGTH / 2 + 0.5f) / 4;
      errors[i] = i % 3 - 1.25f;
    }
    INDArray x = Nd4j.createFromArray(values).castTo(DataType.DOUBLE);
    INDArray epsilon = Nd4j.createFromArray(errors).castTo(DataType.DOUBLE);
    double[] expected = stock.getActivation(x.dup(), true).toDoubleVector();
    double[] slopes = stock.backprop(x.dup(), epsilon).getFirst().toDoubleVector();
    HeapActivation.of(fast).activate(values, 1, LENGTH);
    HeapActivation.of(fast).backprop(errors, values, 1, LENGTH);
    assertThat(values[0]).isEqualTo(-4.375f);
    assertThat(errors[0]).isEqualTo(-1.25f);
    for (int i = 1; i < LENGTH; i++) {
      assertThat((double) values[i]).isCloseTo(expected[i], within(2e-6));
      assertThat((double) errors[i]).isCloseTo(slopes[i], within(2e-6));
    }
  }

  @Test
  void functionsThatWorkOnArraysAloneAreRefused() {
    assertThatThrownBy(() -> HeapActivation.of(new ActivationCube()))
        .hasMessageContaining("expected one that works on the heap");
  }

  @Test
  void dropoutKeepsItsShareAndTakesTheSameValuesBothWays() {
    INDArray ones = Nd4j.ones(DataType.FLOAT, 300, 101);
    VectorDropout dropout = new VectorDropout(0.7);
    Nd4j.getRandom().setSeed(3);
    float[] first = dropout.applyDropout(ones, ones.dup(), 0, 0, null).data().asFloat();
    float[] back = dropout.backprop(ones, ones.dup(), 0, 0).data().asFloat();
    float[] second = dropout.applyDropout(ones, ones.dup(), 0, 0, null).data().asFloat();
    int kept = 0;
    for (float value : first) {
      assertThat(value).isIn(0f, (float) (1 / 0.7));
      kept += value > 0 ? 1 : 0;
    }
    assertThat(kept / (double) first.length)
        .isCloseTo(0.7, within(4 * Math.sqrt(0.7 * 0.3 / first.length)));
    assertThat(back).isEqualTo(first);
    assertThat(second).isNotEqualTo(first);
  }
}
