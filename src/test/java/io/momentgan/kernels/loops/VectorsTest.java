package io.momentgan.kernels.loops;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** On whole vectors and on parts of longer ones, shorter and longer than a piece. */
class VectorsTest {
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
}
