package io.momentgan.data.sets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.momentgan.data.DataSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataInspectionTest {
  @TempDir Path folder;

  @Test
  void measuresValuesAndLabelsOfEachSplit() throws IOException {
    IdxBytes.folder(folder, 100, 20);
    DataSet data = DataSets.open(IdxBytes.config(folder.toString(), 0, 40), Map.of());
    DataInspection inspection = DataInspection.of(data);

    assertThat(inspection.splits())
        .extracting(SplitSummary::name)
        .containsExactly("training", "validation", "test");
    SplitSummary training = inspection.splits().get(0);
    assertThat(training.count()).isEqualTo(60);
    assertThat(training.labels()).hasSize(10).containsEntry(0, 6L).containsEntry(9, 6L);
    assertThat(training.mean()).isCloseTo(mean(40, 100), within(1e-9));
  }

  private static double mean(int from, int to) {
    double sum = 0;
    for (int i = from * IdxBytes.FEATURES; i < to * IdxBytes.FEATURES; i++) {
      sum += IdxBytes.pixel(i) & 0xFF;
    }
    return sum / ((to - from) * IdxBytes.FEATURES);
  }

  @Test
  void measuresRangeAndDeviation() throws IOException {
    byte[] twoValues = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 50, (byte) 150};
    Path file = Files.write(folder.resolve("two"), twoValues);
    SplitSummary summary = DataInspection.of(IdxBytes.open(file)).splits().get(0);
    assertThat(summary.min()).isEqualTo(50);
    assertThat(summary.max()).isEqualTo(150);
    assertThat(summary.mean()).isEqualTo(100);
    assertThat(summary.deviation()).isEqualTo(50);
    assertThat(summary.labels()).isEmpty();
  }

  @Test
  void printsWhatItFound() {
    DataSet data = DataSets.open(IdxBytes.config("glyphs", 0, 40), Map.of());
    assertThat(String.join("\n", DataInspection.of(data).lines()))
        .contains("kind         glyphs")
        .contains("shape        1x28x28")
        .contains("training     60 images, values 0 to 255, mean")
        .contains("  labels     0: 6, 1: 6,")
        .contains("test         20 images")
        .contains("fingerprint  " + data.fingerprint());
  }

  @Test
  void printsTheMd5OfEachFile() throws IOException {
    Path file = Files.write(folder.resolve("some"), IdxBytes.images(3));
    assertThat(DataInspection.of(IdxBytes.open(file)).lines())
        .anySatisfy(line -> assertThat(line).startsWith("file").endsWith("some"))
        .anySatisfy(line -> assertThat(line).contains("of the contents: not a published file"))
        .anySatisfy(line -> assertThat(line).isEqualTo("  labels     none"));
  }
}
