package io.momentgan.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.data.ImageSource;
import io.momentgan.data.glyphs.GlyphSource;
import io.momentgan.quality.NearDuplicates;
import io.momentgan.sampling.Pixels;
import io.momentgan.sampling.RealDraw;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class SheetMeasuresTest {
  private static final SheetMeasures.Real REAL =
      new SheetMeasures.Real(1, 1, new NearDuplicates(0.5f * 0.5f));

  @Test
  void distancesAndDuplicatesAreThoseByHand() {
    // A square's corners of side 1, one of them nearly twice.
    float[][] images = {{0, 0}, {0, 1}, {1, 0}, {1, 1}, {1, 0.9f}};
    SheetMeasures measures = SheetMeasures.of(images, REAL);
    double sum = 4 + 2 * Math.sqrt(2) + 0.1 + 0.9 + Math.hypot(1, 0.9) + Math.hypot(1, 0.1);
    assertThat(measures.pairDistance()).isCloseTo(sum / 10, within(1e-6));
    assertThat(measures.nearDuplicates()).isEqualTo(2);
    assertThat(measures.images()).isEqualTo(5);
  }

  @Test
  void aCollapsedSheetIsAllDuplicatesAndSheetsOfRealImagesHaveOneInAHundred() {
    ImageSource digits = new GlyphSource(640, 1);
    SheetMeasures.Real real = SheetMeasures.Real.of(digits, 64, 20);
    assertThat(real.sheets()).isEqualTo(10);
    float[] rows = Pixels.toRows(new RealDraw(digits, 1).draw(0, 640).pixels());
    int features = digits.shape().features();
    int duplicates = 0;
    double pairs = 0;
    for (int sheet = 0; sheet < 10; sheet++) {
      float[][] images = new float[64][];
      for (int i = 0; i < 64; i++) {
        int from = (sheet * 64 + i) * features;
        images[i] = Arrays.copyOfRange(rows, from, from + features);
      }
      SheetMeasures measures = SheetMeasures.of(images, real);
      duplicates += measures.nearDuplicates();
      pairs += measures.pairDistance();
    }
    assertThat(duplicates).isEqualTo(6);
    assertThat(pairs / 10).isCloseTo(real.pairDistance(), within(1e-9));
    float[][] collapsed = new float[64][features];
    assertThat(SheetMeasures.of(collapsed, real)).isEqualTo(new SheetMeasures(64, 0, 64));
  }
}
