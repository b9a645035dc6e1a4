package io.momentgan.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.kernels.elements.VectorLeakyRelu;
import io.momentgan.kernels.elements.VectorSoftplus;
import io.momentgan.kernels.elements.VectorTanh;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

class VectorActivationsTest {
  @Test
  void tanhIsExactToFloatPrecisionEverywhere() {
    int count = 200_001;
    float[] x = new float[count];
    for (int i = 0; i < count; i++) {
      x[i] = (i - 100_000) * 1e-4f;
    }
    float[] y = new VectorTanh().getActivation(Nd4j.createFromArray(x), true).toFloatVector();
    for (int i = 0; i < count; i++) {
      assertThat(y[i]).isCloseTo((float) Math.tanh(x[i]), within(3e-7f)).isBetween(-1f, 1f);
    }
  }

  @Test
  void softplusIsJavasToTheLastBit() {
    Random random = new Random(3);
    float[] x = new float[600_000];
    for (int i = 0; i < x.length; i++) {
      x[i] = i % 2 == 0 ? (float) random.nextGaussian() : Float.intBitsToFloat(random.nextInt());
    }
    float[] y = x.clone();
    new VectorSoftplus().activate(y, 0, y.length);
    float[] slopes = new float[y.length];
    Arrays.fill(slopes, 1);
    new VectorSoftplus().backprop(slopes, y, 0, y.length);
    for (int i = 0; i < x.length; i++) {
      float rest = (float) Math.log1p(Math.exp(-Math.abs(x[i])));
      assertThat(Float.valueOf(y[i])).isEqualTo(Float.valueOf(Math.max(x[i], 0) + rest));
      assertThat(Float.valueOf(slopes[i])).isEqualTo(Float.valueOf((float) -Math.expm1(-y[i])));
    }
  }

  @Test
  void tanhOfExtremesIsItsLimit() {
    float[] x = {0, 30, -30, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.NaN, 1e-30f};
    assertThat(new VectorTanh().getActivation(Nd4j.createFromArray(x), true).toFloatVector())
        .containsExactly(new float[] {0, 1, -1, 1, -1, Float.NaN, 1e-30f}, within(1e-6f));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100, 300})
  void gradientsEqualThoseOfStockActivations(int rows) {
    assertSameGradient(new VectorTanh(), new ActivationTanH(), rows, 'c', 'c');
    assertSameGradient(new VectorLeakyRelu(0.2), new ActivationLReLU(0.2), rows, 'c', 'c');
  }

  @Test
  void arraysOfDifferentOrdersAreNotMixedUp() {
    assertSameGradient(new VectorTanh(), new ActivationTanH(), 40, 'f', 'c');
    assertSameGradient(new VectorLeakyRelu(0.2), new ActivationLReLU(0.2), 40, 'c', 'f');
    assertSameGradient(new VectorLeakyRelu(0.2), new ActivationLReLU(0.2), 40, 'f', 'f');
  }

  @Test
  void columnsOfALargerArrayAreActivatedAlone() {
    INDArray all = Nd4j.ones(DataType.FLOAT, 4, 6).negi();
    new VectorLeakyRelu(0.5).getActivation(all.get(NDArrayIndex.all(), interval()), true);
    assertThat(all.getRow(2).dup().toFloatVector()).containsExactly(-1, -0.5f, -0.5f, -1, -1, -1);
  }

  @Test
  void leakyRectifierHasItsSlopeAndPassesNotANumberOn() {
    float[] x = {-2, -0f, 0, 3, Float.NaN};
    float[] y =
        new VectorLeakyRelu(0.1).getActivation(Nd4j.createFromArray(x), true).toFloatVector();
    assertThat(y).containsExactly(new float[] {-0.2f, 0, 0, 3, Float.NaN}, within(1e-7f));
  }

  private static INDArrayIndex interval() {
    return NDArrayIndex.interval(1, 3);
  }

  private static void assertSameGradient(
      IActivation vector, IActivation stock, int rows, char order, char epsilonOrder) {
    INDArray z = normal(rows, order, 1);
    INDArray epsilon = normal(rows, epsilonOrder, 2);
    INDArray expected = stock.backprop(z.dup(order), epsilon.dup(epsilonOrder)).getFirst();
    INDArray actual = vector.backprop(z.dup(order), epsilon.dup(epsilonOrder)).getFirst();
    assertThat(actual.dup('c').data().asFloat())
        .containsExactly(expected.dup('c').data().asFloat(), within(2e-6f));
    assertThat(vector.getActivation(z.dup(order), true).dup('c').data().asFloat())
        .containsExactly(
            stock.getActivation(z.dup(order), true).dup('c').data().asFloat(), within(1e-6f));
  }

  private static INDArray normal(int rows, char order, long seed) {
    int columns = 37;
    Random random = new Random(seed);
    INDArray array = Nd4j.create(DataType.FLOAT, new long[] {rows, columns}, order);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        array.putScalar(i, j, random.nextGaussian());
      }
    }
    return array;
  }
}
