package io.momentgan.data.sets;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.data.ImageShape;
import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import io.momentgan.data.glyphs.GlyphSource;
import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.apache.commons.lang3.ArrayUtils;

class SpreadImagesTest {
  /** Images that are nothing but their labels. */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Labelled(byte... labels) implements ImageSource {
    @Override
    public int count() {
      return labels.length;
    }

    @Override
    public ImageShape shape() {
      return new ImageShape(1, 1, 1);
    }

    @Override
    public Images read(int[] indices) {
      byte[] read = new byte[indices.length];
      for (int i = 0; i < read.length; i++) {
        read[i] = labels[indices[i]];
      }
      return new Images(shape(), new byte[read.length], read);
    }
  }

  /** A list of classes may number folders in any order. */
  @Example
  void imagesAreInTheOrderOfClassesWhereEachClassIsInARow() {
    assertThat(SpreadImages.isInOrderOfClasses(new Labelled((byte) 1, (byte) 1, (byte) 4)))
        .isTrue();
    assertThat(SpreadImages.isInOrderOfClasses(new Labelled((byte) 200, (byte) 7, (byte) 9)))
        .isTrue();
    assertThat(SpreadImages.isInOrderOfClasses(new Labelled((byte) 1, (byte) 2, (byte) 1)))
        .isFalse();
    assertThat(SpreadImages.isInOrderOfClasses(new Labelled((byte) 3, (byte) 3))).isFalse();
    byte[] late = new byte[1000];
    Arrays.fill(late, 500, 900, (byte) 2);
    assertThat(SpreadImages.isInOrderOfClasses(new Labelled(late))).isFalse();
    Arrays.fill(late, 900, 1000, (byte) 1);
    assertThat(SpreadImages.isInOrderOfClasses(new Labelled(late))).isTrue();
  }

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
