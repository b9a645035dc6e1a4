package io.momentgan.kernels.loops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class AffineRowsTest {
  private static final double[] FACTOR = {2, 0, -1};
  private static final double[] SHIFT = {10, 20, 30};

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
    AffineRows.add(middle, rows(DataType.FLOAT), FACTOR, SHIFT);
    assertThat(all.ravel().toDoubleVector())
        .containsExactly(0, 0, 0, 12, 20, 27, 18, 20, 24, 0, 0, 0);
  }

  private static void assertSum(INDArray to, INDArray rows) {
    AffineRows.add(to, rows, FACTOR, SHIFT);
    assertThat(to.dup('c').ravel().toDoubleVector())
        .containsExactly(new double[] {13, 22, 30, 22, 25, 30}, within(1e-6));
  }

  private static INDArray rows(DataType type) {
    return Nd4j.createFromArray(1.0, 2.0, 3.0, 4.0, 5.0, 6.0).reshape('c', 2, 3).castTo(type);
  }
}
