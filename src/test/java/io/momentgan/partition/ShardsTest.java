package io.momentgan.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.data.ImageShape;
import io.momentgan.data.Images;
import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class ShardsTest {
  @Property(tries = 200)
  void shardsAreDisjointCompleteAndBalanced(
      @ForAll @IntRange(min = 1, max = 500) int count,
      @ForAll @IntRange(min = 1, max = 9) int workers,
      @ForAll @LongRange(min = 0, max = 99) long seed) {
    int[][] shards =
        IntStream.range(0, workers)
            .mapToObj(rank -> Shards.indices(count, workers, rank, seed))
            .toArray(int[][]::new);
    int[] all = Arrays.stream(shards).flatMapToInt(Arrays::stream).sorted().toArray();
    assertThat(all).isEqualTo(IntStream.range(0, count).toArray());
    int smallest = Arrays.stream(shards).mapToInt(s -> s.length).min().orElseThrow();
    int largest = Arrays.stream(shards).mapToInt(s -> s.length).max().orElseThrow();
    assertThat(largest - smallest).isLessThanOrEqualTo(1);
    assertThat(Shards.smallestSize(count, workers)).isEqualTo(smallest);
  }

  @Test
  void theSeedDecidesWhoGetsWhat() {
    assertThat(Shards.indices(100, 2, 0, 1)).isEqualTo(Shards.indices(100, 2, 0, 1));
    assertThat(Shards.indices(100, 2, 0, 1)).isNotEqualTo(Shards.indices(100, 2, 0, 2));
  }

  @Test
  void anEpochGoesThroughEachImageOnceInAnOrderOfItsOwn() {
    Shard shard = shard(50);
    int[] order = shard.order(1, 1, 0);
    assertThat(Arrays.stream(order).sorted().toArray()).isEqualTo(IntStream.range(0, 50).toArray());
    assertThat(shard.order(1, 2, 0)).isNotEqualTo(order);
    assertThat(shard.order(1, 1, 0)).isEqualTo(order);
  }

  @Test
  void pixelsAreScaledToMinusOneAndOne() {
    Shard shard =
        new Shard(0, new Images(new ImageShape(1, 1, 3), bytes(0, 255, 51), new byte[0]), -1);
    assertThat(shard.rows(new int[] {0})).containsExactly(-1, 1, (51 - 127.5f) / 127.5f);
    for (int pixel = 0; pixel < 256; pixel++) {
      Shard one = new Shard(0, new Images(new ImageShape(1, 1, 1), bytes(pixel), new byte[0]), -1);
      assertThat(Math.round((one.rows(new int[] {0})[0] + 1) * 127.5f)).isEqualTo(pixel);
    }
  }

  @Test
  void forASigmoidBlackIsZero() {
    Shard shard =
        new Shard(0, new Images(new ImageShape(1, 1, 3), bytes(0, 255, 51), new byte[0]), 0);
    assertThat(shard.rows(new int[] {0})).containsExactly(0, 1, 0.2f);
  }

  @Test
  void batchesAreTheRowsOfTheOrder() {
    Shard shard = shard(10);
    int[] order = shard.order(1, 1, 0);
    assertThat(Shard.batch(order, 2, 3)).isEqualTo(Arrays.copyOfRange(order, 6, 9));
  }

  private static Shard shard(int count) {
    byte[] pixels = new byte[count * 2];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) i;
    }
    return new Shard(0, new Images(new ImageShape(1, 1, 2), pixels, new byte[0]), -1);
  }

  private static byte[] bytes(int... values) {
    byte[] result = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      result[i] = (byte) values[i];
    }
    return result;
  }
}
