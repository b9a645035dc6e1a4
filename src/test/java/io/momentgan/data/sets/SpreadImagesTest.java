package io.momentgan.data.sets;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.data.glyphs.GlyphSource;
import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.commons.lang3.ArrayUtils;

class SpreadImagesTest {
  @Property(tries = 100)
  void aPartAndItsRestAreAllImagesAtEqualDistances(
      @ForAll @IntRange(min = 1, max = 30) int groups,
      @ForAll @IntRange(min = 1, max = 30) int wanted,
      @ForAll @IntRange(min = 1, max = 2) int together) {
    int part = Math.min(wanted, groups) * together;
    GlyphSource images = new GlyphSource(groups * together, 1);
    int[] chosen = SpreadImages.part(images, part, together).chosen();
    int[] rest = SpreadImages.rest(images, part, together).chosen();
    assertThat(chosen).hasSize(part);
    assertThat(IntStream.of(ArrayUtils.addAll(chosen, rest)).sorted())
        .containsExactlyElementsOf(IntStream.range(0, images.count()).boxed().toList());
    int distance = (groups * together + part - 1) / part * together;
    for (int i = 1; i < part; i++) {
      assertThat(chosen[i] - chosen[i - 1]).isLessThanOrEqualTo(distance);
    }
    if (together == 2) {
      assertThat(Arrays.stream(chosen).map(i -> i ^ 1))
          .allMatch(i -> ArrayUtils.contains(chosen, i));
    }
  }
}
