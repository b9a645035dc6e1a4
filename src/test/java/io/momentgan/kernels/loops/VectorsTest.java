package io.momentgan.kernels.loops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Tests whole vectors and parts of longer ones, shorter and longer than a piece. */
class VectorsTest {
  private static final double[] FACTOR = {2, 0, -1};
  private static final double[] SHIFT = {10, 20, 30};

  static Stream<Arguments> vectors() {
    return Stream.of(DataType.FLOAT, DataType.DOUBLE)
        .flatMap(type -> Stream.of(1, 2048, 5000).map(length -> Arguments.of(type, length)));
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void onlyTheVectorItselfChanges(DataType type, int length) {
    INDArray whole = Nd4j.ones(type, length + 2);
    INDArray part = whole.get(NDArrayIndex.interval(1, length + 1));
    INDArray other = Nd4j.arange(1, length + 1).castTo(type);
    Vectors.add(part, other);
    assertEnds(whole, 2, length + 1);
    Vectors.subtract(part, other.mul(2));
    assertEnds(whole, 0, 1 - length);
    Vectors.copy(other, part);
    assertEnds(whole, 1, length);
    INDArray copy = Nd4j.zeros(type, length);
    Vectors.copy(part, copy);
    assertThat(copy.toDoubleVector()).isEqualTo(other.toDoubleVector());
    Vectors.clear(part);
    assertEnds(whole, 0, 0);
  }

  private static void assertEnds(INDArray whole, double first, double last) {
    long end = whole.length() - 1;
    assertThat(whole.getDouble(0)).isEqualTo(1);
    assertThat(whole.getDouble(1)).isEqualTo(first);
    assertThat(whole.getDouble(end - 1)).isEqualTo(last);
    assertThat(whole.getDouble(end)).isEqualTo(1);
  }

  @Test
  void everyColumnHasALineOfItsOwn() {
    assertSum(rows(DataType.FLOAT), rows(DataType.FLOAT));
  }

  @Test
  void doublesAndColumnMajorArraysGiveTheSame() {
    assertSum(rows(DataType.DOUBLE), rows(DataType.DOUBLE));
    assertSum(rows(DataType.FLOAT).dup('f'), rows(DataType.FLOAT).dup('f'));
    assertSum(rows(DataType.FLOAT), rows(DataType.FLOAT).dup('f'));
  }

  @Test
  void viewsAreChangedInPlace() {
    INDArray all = Nd4j.zeros(DataType.FLOAT, 4, 3);
    INDArray middle = all.get(NDArrayIndex.interval(1, 3));
    Vectors.addAffine(middle, rows(DataType.FLOAT), FACTOR, SHIFT);
    assertThat(all.ravel().toDoubleVector())
        .containsExactly(0, 0, 0, 12, 20, 27, 18, 20, 24, 0, 0, 0);
  }

  private static void assertSum(INDArray to, INDArray rows) {
    Vectors.addAffine(to, rows, FACTOR, SHIFT);
    assertThat(to.dup('c').ravel().toDoubleVector())
        .containsExactly(new double[] {13, 22, 30, 22, 25, 30}, within(1e-6));
  }

  private static INDArray rows(DataType type) {
    return Nd4j.createFromArray(1.0, 2.0, 3.0, 4.0, 5.0, 6.0).reshape('c', 2, 3).castTo(type);
  }
}
