package io.momentgan.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.kernels.loops.ReusedMemory;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class TensorTest {
  private static final float[] ROWS = {1, 2, 3, 4, 5, 6};

  @Test
  void valuesOnTheHeapBecomeAnArrayOnce() {
    ReusedMemory memory = new ReusedMemory();
    Tensor tensor = Tensor.of(new float[] {1, 2, 3, 4, 5, 6, 77}, memory, 2, 3);
    assertThat(tensor.array()).isEqualTo(Nd4j.createFromArray(ROWS).reshape(2, 3));
    assertThat(tensor.array()).isSameAs(tensor.array()).isSameAs(memory.array(2, 3));
    assertThat(tensor.length()).isEqualTo(6);
    assertThat(tensor.size(1)).isEqualTo(3);
  }

  @Test
  void anArrayIsCopiedToTheHeapInRows() {
    INDArray byColumns = Nd4j.createFromArray(ROWS).reshape(2, 3).dup('f');
    assertThat(Tensor.of(byColumns).heap(new ReusedMemory())).containsExactly(ROWS);
    INDArray wide = Nd4j.createFromArray(0f, 1, 2, 3, 9, 4, 5, 6).reshape(2, 4);
    INDArray view = wide.get(NDArrayIndex.all(), NDArrayIndex.interval(1, 4));
    assertThat(Tensor.of(view).heap(new ReusedMemory())).containsExactly(ROWS);
  }

  @Test
  void memoryOfAnEarlierAndLargerBatchServesAgain() {
    ReusedMemory memory = new ReusedMemory();
    float[] larger = memory.heap(10);
    Tensor tensor = Tensor.of(Nd4j.createFromArray(ROWS).reshape(2, 3));
    float[] heap = tensor.heap(memory);
    assertThat(heap).isSameAs(larger).startsWith(ROWS);
    assertThat(tensor.heap(new ReusedMemory())).isSameAs(heap);
  }

  @Test
  void partsAreReadOfEitherForm() {
    INDArray array = Nd4j.createFromArray(ROWS).reshape(2, 3);
    for (Tensor tensor :
        new Tensor[] {Tensor.of(array), Tensor.of(ROWS, new ReusedMemory(), 2, 3)}) {
      float[] some = new float[3];
      tensor.read(2, some, 2);
      assertThat(some).containsExactly(3, 4, 0);
      tensor.read(0, some, 3);
      assertThat(some).containsExactly(1, 2, 3);
    }
  }
}
