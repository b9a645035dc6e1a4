package io.momentgan.network.state;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReplayBufferTest {
  @Test
  void fewerWorkersKeepAsManyImagesOfEachOldOneAsTheyHaveRoomFor() {
    List<ReplayBuffer> dealt =
        ReplayBuffer.dealt(List.of(buffer(0, 1, 2), buffer(10, 11, 12), buffer(20)), 1, 5);
    assertThat(classes(dealt)).containsExactly(List.of(0, 10, 20, 1, 11));
  }

  @Test
  void moreWorkersShareTheImagesAndSomeMayBeginWithNone() {
    assertThat(classes(ReplayBuffer.dealt(List.of(buffer(0, 1, 2), buffer(10, 11, 12)), 4, 3)))
        .containsExactly(List.of(0, 2), List.of(10, 12), List.of(1), List.of(11));
    assertThat(classes(ReplayBuffer.dealt(List.of(buffer(7)), 2, 3)))
        .containsExactly(List.of(7), List.of());
  }

  /** Images whose only value is their class. */
  private static ReplayBuffer buffer(int... classes) {
    return new ReplayBuffer(
        IntStream.of(classes).mapToObj(each -> new float[] {each}).toArray(float[][]::new),
        classes);
  }

  private static List<List<Integer>> classes(List<ReplayBuffer> buffers) {
    for (ReplayBuffer buffer : buffers) {
      for (int i = 0; i < buffer.count(); i++) {
        assertThat(buffer.images()[i]).containsExactly(buffer.classes()[i]);
      }
    }
    return buffers.stream().map(buffer -> IntStream.of(buffer.classes()).boxed().toList()).toList();
  }
}
