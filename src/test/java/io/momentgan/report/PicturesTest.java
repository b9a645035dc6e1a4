package io.momentgan.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.data.ImageShape;
import io.momentgan.run.metrics.EpochLine;
import io.momentgan.run.metrics.Figures;
import io.momentgan.run.metrics.JsonlTest;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class PicturesTest {
  private static final ImageShape GREY = new ImageShape(1, 28, 28);
  private static final ImageShape RGB = new ImageShape(3, 5, 7);

  static float[][] samples(int count, ImageShape shape, long seed) {
    Random random = new Random(seed);
    float[][] samples = new float[count][shape.features()];
    for (float[] sample : samples) {
      for (int i = 0; i < sample.length; i++) {
        sample[i] = 2 * random.nextFloat() - 1;
      }
    }
    return samples;
  }

  static BufferedImage decode(byte[] png) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(png));
  }

  private static void assertTile(
      BufferedImage picture, int left, int top, int scale, float[] sample, ImageShape shape) {
    int plane = shape.height() * shape.width();
    for (int y = 0; y < shape.height() * scale; y++) {
      for (int x = 0; x < shape.width() * scale; x++) {
        for (int c = 0; c < shape.channels(); c++) {
          float value = sample[c * plane + y / scale * shape.width() + x / scale];
          int band = Math.min(c, picture.getRaster().getNumBands() - 1);
          assertThat(picture.getRaster().getSample(left + x, top + y, band))
              .isEqualTo(Math.round((value + 1) * 127.5f));
        }
      }
    }
  }

  @Test
  void tilesOfAGridAreTheSamples() throws IOException {
    for (ImageShape shape : List.of(GREY, RGB)) {
      for (int scale : new int[] {1, 2}) {
        float[][] samples = samples(6, shape, 1);
        BufferedImage picture = decode(ImageGrid.of(shape, 3).withScale(scale).png(samples));

        int stepX = shape.width() * scale + 2;
        int stepY = shape.height() * scale + 2;
        assertThat(picture.getWidth()).isEqualTo(3 * stepX - 2);
        assertThat(picture.getHeight()).isEqualTo(2 * stepY - 2);
        for (int i = 0; i < 6; i++) {
          assertTile(picture, i % 3 * stepX, i / 3 * stepY, scale, samples[i], shape);
        }
      }
    }
  }

  @Test
  void greyGridsAreGreyFiles() throws IOException {
    assertThat(decode(ImageGrid.of(GREY, 2).png(samples(4, GREY, 1))).getType())
        .isEqualTo(BufferedImage.TYPE_BYTE_GRAY);
  }

  @Test
  void valuesOutsideTheRangeAreClamped() throws IOException {
    ImageShape pixel = new ImageShape(1, 1, 1);
    float[][] values = {{-7}, {0}, {0.5f}, {1}, {7}, {Float.NaN}};
    BufferedImage picture = decode(new ImageGrid(pixel, 6, 0, 1, 0, 1).png(values));
    assertThat(picture.getRaster().getSamples(0, 0, 6, 1, 0, (int[]) null))
        .containsExactly(0, 0, 128, 255, 255, 0);
  }

  @Test
  void imagesOfAnotherShapeAreRefused() {
    assertThatThrownBy(() -> ImageGrid.of(GREY, 2).draw(new float[][] {{1, 2}}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1x28x28");
  }

  @Test
  void sheetsShowTenEpochsEvenlySpread() {
    SampleSheet original = new SampleSheet(GREY, 1, false, false, false);
    assertThat(original.epochs(100)).containsExactly(1, 11, 21, 31, 41, 51, 61, 71, 81, 91);
    assertThat(original.epochs(20)).containsExactly(1, 3, 5, 7, 9, 11, 13, 15, 17, 19);
    assertThat(original.epochs(3)).containsExactly(1, 2, 3);
    assertThat(original.epochs(0)).isEmpty();
    assertThat(SampleSheet.of(GREY).epochs(100)).endsWith(91, 100).hasSize(11);
    assertThat(SampleSheet.of(GREY).epochs(3)).containsExactly(1, 2, 3);
  }

  @Test
  void tilesOfASheetAreEverySecondSampleOfTheEpoch() throws IOException {
    Map<Integer, float[][]> samples = new HashMap<>();
    IntStream.rangeClosed(1, 100).forEach(e -> samples.put(e, samples(16, GREY, e)));
    BufferedImage sheet = decode(new SampleSheet(GREY, 1, false, false, false).png(samples, 100));

    assertThat(sheet.getWidth()).isEqualTo(6 * 28 + 5 * 2);
    assertThat(sheet.getHeight()).isEqualTo(10 * 28 + 9 * 2);
    for (int row = 0; row < 10; row++) {
      for (int column = 0; column < 6; column++) {
        float[] sample = samples.get(1 + 10 * row)[2 * column];
        assertTile(sheet, 30 * column, 30 * row, 1, sample, GREY);
      }
    }
  }

  @Test
  void labelsStandLeftOfTheTiles() throws IOException {
    Map<Integer, float[][]> samples = Map.of(1, samples(16, GREY, 1), 2, samples(16, GREY, 2));
    BufferedImage sheet = decode(SampleSheet.of(GREY).png(samples, 2));

    int margin = 2 * SampleSheet.LABEL_PIXELS;
    assertThat(sheet.getWidth()).isEqualTo(margin + 6 * 56 + 5 * 2);
    assertTile(sheet, margin, 0, 2, samples.get(1)[0], GREY);
    assertThat(sheet.getRaster().getSamples(0, 0, margin, 56, 0, (int[]) null)).contains(255, 0);
  }

  @Test
  void missingEpochsLeaveTheirRowEmptyAndStretchingUsesTheWholeRange() throws IOException {
    float[][] flat = new float[16][784];
    flat[0][0] = 0.25f;
    flat[0][1] = -0.25f;
    BufferedImage sheet =
        decode(new SampleSheet(GREY, 1, false, true, false).png(Map.of(1, flat), 2));

    assertThat(sheet.getRaster().getSample(0, 0, 0)).isEqualTo(255);
    assertThat(sheet.getRaster().getSample(1, 0, 0)).isEqualTo(0);
    assertThat(sheet.getRaster().getSample(5, 5, 0)).isEqualTo(128);
    assertThat(sheet.getRaster().getSample(5, 35, 0)).isEqualTo(0);
  }

  @Test
  void lossPlotsHaveTheirSizeAndTheColoursOfTheirLines() throws IOException {
    List<EpochLine> epochs =
        IntStream.rangeClosed(1, 40).mapToObj(e -> JsonlTest.epoch(e, 1.2, 3 + 90.0 / e)).toList();
    BufferedImage plot = decode(RunCharts.lossPlot("Training losses", epochs).drawing().png());

    assertThat(plot.getWidth()).isEqualTo(1000);
    assertThat(plot.getHeight()).isEqualTo(800);
    assertThat(colours(plot)).contains(0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7);
  }

  @Test
  void withoutMomentsOnlyTheLossesArePlotted() throws IOException {
    List<EpochLine> epochs =
        List.of(JsonlTest.epoch(1, 1.2, Double.NaN), JsonlTest.epoch(2, 1, Double.NaN));
    List<EpochLine> unmeasured =
        epochs.stream()
            .map(
                e ->
                    new EpochLine(
                        e.at(),
                        new Figures(1, 1, 1, Double.NaN, Double.NaN, 0),
                        new Figures.Context(Double.NaN, Double.NaN, 0.5, 0.5),
                        new Figures(1, 1, 1, Double.NaN, Double.NaN, 0),
                        List.of()))
            .toList();
    assertThat(colours(decode(RunCharts.lossPlot("Losses", unmeasured).drawing().png())))
        .contains(0xD55E00)
        .doesNotContain(0x009E73);
  }

  private static List<Integer> colours(BufferedImage image) {
    return IntStream.of(
            image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth()))
        .map(pixel -> pixel & 0xFFFFFF)
        .distinct()
        .boxed()
        .toList();
  }
}
