package io.momentgan.data.glyphs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.data.ImageSource;
import io.momentgan.data.Images;
import io.momentgan.data.sets.SplitSummary;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class GlyphSourceTest {
  private static final int FEATURES = 784;

  private final GlyphSource glyphs = new GlyphSource(60_000, 1);

  private static Images first(ImageSource images, int count) {
    return images.read(IntStream.range(0, count).toArray());
  }

  private static long crc(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return crc.getValue();
  }

  @Test
  void drawsTheSameBytesOnEveryMachine() {
    Images images = first(glyphs, 1000);
    assertThat(crc(images.pixels()))
        .as("pixels; if drawn anew raise VERSION")
        .isEqualTo(2858872136L);
    assertThat(crc(images.labels())).as("labels").isEqualTo(1390396525L);
  }

  @Property(tries = 50)
  void anImageDependsOnNothingButSeedAndIndex(
      @ForAll long seed, @ForAll @IntRange(max = 999) int index) {
    Images alone = new GlyphSource(1000, seed).read(new int[] {index});
    Images among = new GlyphSource(index + 1, seed).read(new int[] {0, index, index / 2});
    assertThat(Arrays.copyOfRange(among.pixels(), FEATURES, 2 * FEATURES))
        .isEqualTo(alone.pixels());
    assertThat(among.labels()[1]).isEqualTo(alone.labels()[0]);
  }

  @Property(tries = 50)
  void everyTenImagesHoldEachDigitOnce(@ForAll long seed, @ForAll @IntRange(max = 99) int ten) {
    int[] indices = IntStream.range(10 * ten, 10 * ten + 10).toArray();
    assertThat(new GlyphSource(1000, seed).read(indices).labels())
        .containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  }

  @Test
  void digitsComeInNoFixedOrder() {
    byte[] labels = first(glyphs, 400).labels();
    assertThat(IntStream.range(0, 40).map(ten -> labels[10 * ten]).distinct().count())
        .isGreaterThan(5);
  }

  @Test
  void noTwoImagesAreEqual() {
    Images images = first(glyphs, 2000);
    long distinct =
        IntStream.range(0, 2000)
            .mapToObj(i -> Arrays.copyOfRange(images.pixels(), i * FEATURES, (i + 1) * FEATURES))
            .map(Arrays::hashCode)
            .distinct()
            .count();
    assertThat(distinct).isEqualTo(2000);
  }

  @Test
  void brightnessIsNearThatOfMnist() {
    SplitSummary summary = SplitSummary.of("training", new GlyphSource(5000, 1));
    assertThat(summary.mean() / 255).isCloseTo(0.1307, within(0.01));
    assertThat(summary.deviation() / 255).isCloseTo(0.3081, within(0.015));
    assertThat(summary.min()).isZero();
    assertThat(summary.max()).isEqualTo(255);
  }

  @Test
  void centreOfMassLiesNearTheCentre() {
    Images images = first(glyphs, 500);
    for (int i = 0; i < 500; i++) {
      assertThat(centre(images.pixels(), i, 1)).isCloseTo(13.5, within(2.5));
      assertThat(centre(images.pixels(), i, 28)).isCloseTo(13.5, within(2.5));
    }
  }

  /** Mean column (step 1) or row (step 28) of the ink. */
  private static double centre(byte[] pixels, int image, int step) {
    double sum = 0;
    double ink = 0;
    for (int i = 0; i < FEATURES; i++) {
      int value = pixels[image * FEATURES + i] & 0xFF;
      sum += value * (i / step % 28);
      ink += value;
    }
    return sum / ink;
  }

  @Test
  void refusesAnIndexBeyondTheLastImage() {
    assertThatThrownBy(() -> new GlyphSource(10, 1).read(new int[] {10}))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void refusesANegativeCount() {
    assertThatThrownBy(() -> new GlyphSource(-1, 1)).hasMessageContaining("Invalid count: -1");
  }
}
