package io.momentgan.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class InstanceNormTest {
  private static final int N = 3;
  private static final int CHANNELS = 2;
  private static final int SIDE = 4;
  private static final int PLACES = SIDE * SIDE;
  private static final double EPSILON = 1e-3;
  private static final long[] SHAPE = {N, CHANNELS, SIDE, SIDE};

  private final InstanceNorm norm = new InstanceNorm(EPSILON);

  @Test
  void valuesAreThoseOfThePlainFormula() {
    double[] x = values(1);
    double[] expected = new double[x.length];
    for (int map = 0; map < N * CHANNELS; map++) {
      double mean = 0;
      for (int i = 0; i < PLACES; i++) {
        mean += x[map * PLACES + i] / PLACES;
      }
      double variance = 0;
      for (int i = 0; i < PLACES; i++) {
        variance += Math.pow(x[map * PLACES + i] - mean, 2) / PLACES;
      }
      for (int i = 0; i < PLACES; i++) {
        expected[map * PLACES + i] = (x[map * PLACES + i] - mean) / Math.sqrt(variance + EPSILON);
      }
    }
    assertThat(normalised(x)).containsExactly(expected, within(1e-12));
    INDArray columns = array(x).dup('f').castTo(DataType.FLOAT);
    assertThat(norm.getActivation(columns, true).castTo(DataType.DOUBLE).dup('c').data().asDouble())
        .containsExactly(expected, within(1e-5));
  }

  @Test
  void eachMapHasMeanZeroAndDeviationOneWhateverItsBatchMates() {
    double[] together = normalised(values(2));
    INDArray second = array(values(2)).slice(1).reshape(1, CHANNELS, SIDE, SIDE).dup('c');
    double[] alone = norm.getActivation(second, true).dup('c').data().asDouble();
    for (int map = 0; map < CHANNELS; map++) {
      double sum = 0;
      double squares = 0;
      for (int i = 0; i < PLACES; i++) {
        double value = alone[map * PLACES + i];
        assertThat(value).isCloseTo(together[(CHANNELS + map) * PLACES + i], within(1e-12));
        sum += value;
        squares += value * value;
      }
      assertThat(sum).isCloseTo(0, within(1e-12));
      assertThat(squares / PLACES).isCloseTo(1, within(0.01)).isLessThan(1);
    }
  }

  @Test
  void gradientIsThatOfFiniteDifferences() {
    double[] x = values(3);
    double[] weights = values(4);
    double[] gradient =
        norm.backprop(array(x), array(weights)).getFirst().dup('c').data().asDouble();
    double h = 1e-6;
    for (int i = 0; i < x.length; i++) {
      double[] up = x.clone();
      double[] down = x.clone();
      up[i] += h;
      down[i] -= h;
      assertThat(gradient[i])
          .isCloseTo(
              (dot(normalised(up), weights) - dot(normalised(down), weights)) / (2 * h),
              within(1e-7));
    }
  }

  @Test
  void vectorsAreRefused() {
    assertThatThrownBy(() -> norm.getActivation(Nd4j.ones(3, 4), true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rank 2");
  }

  private double[] normalised(double[] x) {
    return norm.getActivation(array(x), true).dup('c').data().asDouble();
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static INDArray array(double[] values) {
    return Nd4j.create(values, SHAPE, 'c');
  }

  private static double[] values(long seed) {
    return new SplittableRandom(seed).doubles(N * CHANNELS * PLACES, -2, 3).toArray();
  }
}
