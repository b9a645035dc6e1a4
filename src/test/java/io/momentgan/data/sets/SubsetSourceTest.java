package io.momentgan.data.sets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.data.glyphs.GlyphSource;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SubsetSourceTest {
  private final GlyphSource glyphs = new GlyphSource(40, 3);

  @Property(tries = 50)
  void readsWhatTheOtherSourceHoldsAtTheShiftedIndex(
      @ForAll @IntRange(max = 19) int from, @ForAll @IntRange(max = 20) int index) {
    SubsetSource subset = new SubsetSource(glyphs, from, from + 21);
    assertThat(subset.count()).isEqualTo(21);
    assertThat(subset.read(new int[] {index}).pixels())
        .isEqualTo(glyphs.read(new int[] {from + index}).pixels());
  }

  @Test
  void refusesImagesThatAreNotThere() {
    assertThatThrownBy(() -> new SubsetSource(glyphs, 20, 41))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> new SubsetSource(glyphs, 10, 20).read(new int[] {10}))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
