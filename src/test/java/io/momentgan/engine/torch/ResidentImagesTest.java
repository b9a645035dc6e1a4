package io.momentgan.engine.torch;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.data.ImageShape;
import io.momentgan.data.Images;
import io.momentgan.partition.Shard;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Images on a device, which the CPU plays here. */
@Tag("torch")
class ResidentImagesTest {
  private static final ImageShape SHAPE = new ImageShape(3, 16, 16);

  private static Shard shard(int count, float black) {
    byte[] pixels = new byte[count * SHAPE.features()];
    new Random(count).nextBytes(pixels);
    return new Shard(0, new Images(SHAPE, pixels, new byte[0]), black);
  }

  private static ResidentImages resident(long freeBytes) {
    return new ResidentImages(EngineContractTest.CPU, () -> freeBytes);
  }

  /** Every value of a byte is there, in more bytes than one copy takes. */
  @ParameterizedTest
  @ValueSource(floats = {-1, 0})
  void theBitsAreThoseOfTheHost(float black) {
    Shard shard = shard(30_000, black);
    int[] indices = {0, 29_999, 21_845, 21_846, 0, 7};
    try (PointerScope scope = TorchMemory.scope()) {
      assertThat(TorchMemory.floats(resident(Long.MAX_VALUE).pick(shard, indices).orElseThrow()))
          .isEqualTo(shard.rows(indices));
    }
  }

  @Test
  void shardsOfOneDeviceAreKeptApart() {
    ResidentImages resident = resident(Long.MAX_VALUE);
    int[] indices = {1, 0};
    for (Shard shard : new Shard[] {shard(2, -1), shard(3, -1), shard(4, 0), shard(2, -1)}) {
      try (PointerScope scope = TorchMemory.scope()) {
        assertThat(TorchMemory.floats(resident.pick(shard, indices).orElseThrow()))
            .isEqualTo(shard.rows(indices));
      }
    }
  }

  @Test
  void aShardStaysWhereItLeavesHalfOfTheMemory() {
    long bytes = shard(10, -1).images().pixels().length;
    try (PointerScope scope = TorchMemory.scope()) {
      assertThat(resident(2 * bytes).pick(shard(10, -1), 3)).isPresent();
      assertThat(resident(2 * bytes - 1).pick(shard(10, -1), 3)).isEmpty();
    }
  }

  /** Each question starts a process of the driver's. */
  @Test
  void theMemoryOfADeviceIsAskedForOncePerShard() {
    AtomicLong asked = new AtomicLong();
    ResidentImages none =
        new ResidentImages(EngineContractTest.CPU, () -> Math.min(0, asked.incrementAndGet()));
    Shard shard = shard(10, -1);
    for (int i = 0; i < 3; i++) {
      assertThat(none.pick(shard, i)).isEmpty();
    }
    assertThat(asked).hasValue(1);
  }

  @Test
  void aCpuKeepsNone() {
    assertThat(ResidentImages.of(EngineContractTest.CPU)).isEmpty();
  }
}
