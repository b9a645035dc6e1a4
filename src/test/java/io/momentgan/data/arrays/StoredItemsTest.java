package io.momentgan.data.arrays;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class StoredItemsTest {
  @Property(tries = 100)
  void picksItemsInTheOrderAskedFor(
      @ForAll @Size(max = 40) List<@IntRange(max = 49) Integer> wanted) throws IOException {
    int[] indices = wanted.stream().mapToInt(Integer::intValue).toArray();
    byte[] items = new byte[50 * 3];
    for (int i = 0; i < items.length; i++) {
      items[i] = (byte) i;
    }
    byte[] picked = StoredItems.pick(new ByteArrayInputStream(items), indices, 3);
    assertThat(picked).hasSize(3 * indices.length);
    for (int i = 0; i < indices.length; i++) {
      int first = 3 * indices[i];
      assertThat(Arrays.copyOfRange(picked, 3 * i, 3 * i + 3))
          .containsExactly(first, first + 1, first + 2);
    }
  }
}
