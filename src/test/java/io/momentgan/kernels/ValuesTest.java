package io.momentgan.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.kernels.loops.HeapMemory;
import io.momentgan.kernels.loops.Reused;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class ValuesTest {
  private static final float[] ROWS = {1, 2, 3, 4, 5, 6};

  @Test
  void valuesOnTheHeapBecomeAnArrayOnce() {
    Reused memory = new Reused();
    Values values = Values.of(new float[] {1, 2, 3, 4, 5, 6, 77}, memory, 2, 3);
    assertThat(values.array()).isEqualTo(Nd4j.createFromArray(ROWS).reshape(2, 3));
    assertThat(values.array()).isSameAs(values.array()).isSameAs(memory.get(2, 3));
    assertThat(values.length()).isEqualTo(6);
    assertThat(values.size(1)).isEqualTo(3);
  }

  @Test
  void anArrayIsCopiedToTheHeapInRows() {
    INDArray byColumns = Nd4j.createFromArray(ROWS).reshape(2, 3).dup('f');
    assertThat(Values.of(byColumns).heap(new HeapMemory())).containsExactly(ROWS);
    INDArray wide = Nd4j.createFromArray(0f, 1, 2, 3, 9, 4, 5, 6).reshape(2, 4);
    INDArray view = wide.get(NDArrayIndex.all(), NDArrayIndex.interval(1, 4));
    assertThat(Values.of(view).heap(new HeapMemory())).containsExactly(ROWS);
  }

  @Test
  void memoryOfAnEarlierAndLargerBatchServesAgain() {
    HeapMemory memory = new HeapMemory();
    float[] larger = memory.get(10);
    Values values = Values.of(Nd4j.createFromArray(ROWS).reshape(2, 3));
    float[] heap = values.heap(memory);
    assertThat(heap).isSameAs(larger).startsWith(ROWS);
    assertThat(values.heap(new HeapMemory())).isSameAs(heap);
  }

  @Test
  void partsAreReadOfEitherForm() {
    INDArray array = Nd4j.createFromArray(ROWS).reshape(2, 3);
    for (Values values : new Values[] {Values.of(array), Values.of(ROWS, new Reused(), 2, 3)}) {
      float[] some = new float[3];
      values.read(2, some, 2);
      assertThat(some).containsExactly(3, 4, 0);
      values.read(0, some, 3);
      assertThat(some).containsExactly(1, 2, 3);
    }
  }
}
