package io.momentgan.kernels.loops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.kernels.loops.MatrixProducts.Factor;
import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.bytedeco.javacpp.FloatPointer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Compares each library with sums in double. */
class MatrixProductsTest {
  /** Fills the memory behind each row, which products must leave unchanged. */
  private static final float BEHIND = 77;

  @Property(tries = 200)
  void productsAreTheSumsOfTheirDefinition(
      @ForAll MatrixProducts library,
      @ForAll @IntRange(min = 1, max = 70) int height,
      @ForAll @IntRange(min = 1, max = 70) int width,
      @ForAll @IntRange(min = 1, max = 70) int inner,
      @ForAll boolean transposedA,
      @ForAll boolean transposedB,
      @ForAll @IntRange(min = 0, max = 3) int between,
      @ForAll boolean adds) {
    Matrix a = Matrix.random(height, inner, transposedA, between, 1);
    Matrix b = Matrix.random(inner, width, transposedB, between, 2);
    Matrix c = Matrix.random(height, width, false, between, 3);
    float[] before = c.values.clone();
    if (!adds) {
      Arrays.fill(before, Float.NaN); // whatever it held
      c.memory.put(before);
    }
    library.multiply(a.factor(), b.factor(), height, width, inner, adds ? 1 : 0, c.memory, c.row);
    float[] result = new float[before.length];
    c.memory.get(result);
    for (int i = 0; i < height; i++) {
      for (int j = 0; j < width; j++) {
        double sum = adds ? before[i * c.row + j] : 0;
        for (int k = 0; k < inner; k++) {
          sum += (double) a.at(i, k) * b.at(k, j);
        }
        assertThat((double) result[i * c.row + j]).isCloseTo(sum, within(1e-5 * (1 + inner)));
      }
      for (int j = width; j < c.row; j++) {
        Float behind = result[i * c.row + j];
        assertThat(behind).as("between the rows").isEqualTo(Float.valueOf(before[i * c.row + j]));
      }
    }
  }

  @Property(tries = 20)
  void whatIsNotFiniteStays(@ForAll MatrixProducts library, @ForAll boolean infinite) {
    float odd = infinite ? Float.POSITIVE_INFINITY : Float.NaN;
    FloatPointer a = new FloatPointer(1, odd, 1, 2);
    FloatPointer b = new FloatPointer(3f, 4f);
    FloatPointer c = new FloatPointer(2);
    library.multiply(Factor.of(a, 2), Factor.of(b, 1), 2, 1, 2, 0, c, 1);
    assertThat(c.get(0)).isEqualTo(Float.valueOf(odd));
    assertThat(c.get(1)).isEqualTo(11);
  }

  @Test
  @EnabledOnOs(value = OS.LINUX, architectures = "amd64")
  void oneDnnIsThereOnLinux() {
    assertThat(MatrixProducts.inUse()).isEqualTo(MatrixProducts.ONE_DNN);
    assertThat(MatrixProducts.inUse().version()).matches("oneDNN \\d+\\.\\d+\\.\\d+");
  }

  @Test
  void arraysAreMultiplied() {
    INDArray a =
        Nd4j.rand(DataType.FLOAT, 5, 9).get(NDArrayIndex.all(), NDArrayIndex.interval(1, 8));
    INDArray b = Nd4j.rand(DataType.FLOAT, 7, 3);
    INDArray c = Nd4j.create(DataType.FLOAT, 5, 3);
    MatrixProducts.inUse().multiply(a, b, c);
    assertThat(c.distance2(a.mmul(b))).isLessThan(1e-5);
  }

  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Matrix(FloatPointer memory, float[] values, int row, boolean transposed) {
    static Matrix random(int height, int width, boolean transposed, int between, long seed) {
      int rows = transposed ? width : height;
      int columns = transposed ? height : width;
      int row = columns + between;
      SplittableRandom random = new SplittableRandom(seed);
      float[] values = new float[rows * row];
      for (int i = 0; i < values.length; i++) {
        values[i] = i % row < columns ? (float) (2 * random.nextDouble() - 1) : BEHIND;
      }
      FloatPointer memory = new FloatPointer(values.length);
      return new Matrix(memory.put(values), values, row, transposed);
    }

    Factor factor() {
      return transposed ? Factor.transposed(memory, row) : Factor.of(memory, row);
    }

    float at(int i, int j) {
      return transposed ? values[j * row + i] : values[i * row + j];
    }
  }
}
