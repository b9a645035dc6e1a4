package io.momentgan.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.data.ImageShape;
import io.momentgan.run.MetricsLog;
import io.momentgan.run.MetricsLogTest;
import io.momentgan.run.QualityLog;
import io.momentgan.run.QualityLogTest;
import io.momentgan.run.Runs;
import io.momentgan.storage.Folder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpreadPageTest {
  private static final ImageShape SHAPE = new ImageShape(1, 28, 28);

  @TempDir private Path out;

  private Folder run(String name, int seed, double... distances) {
    Folder folder = Runs.create(out.resolve("runs").toString(), name, Map.of());
    folder.publish(
        "run.yaml",
        ReportsTest.RECORD
            .replace("name: ff5", "name: " + name)
            .replace("seed: 7", "seed: " + seed));
    try (MetricsLog epochs = MetricsLog.create(folder, MetricsLog.Table.EPOCHS)) {
      epochs.append(MetricsLogTest.epoch(1, 2, 3));
    }
    for (double distance : distances) {
      new QualityLog(folder).add(QualityLogTest.line(1, "raw", distance));
    }
    folder.publish(
        RunReport.samplesPath(1, "png"),
        ImageGrid.of(SHAPE, 4).png(PicturesTest.samples(16, SHAPE, seed)));
    return folder;
  }

  @Test
  void seedsOfAnExperimentShareARow() throws IOException {
    List<Folder> runs = List.of(run("a", 1, 60), run("b", 1), run("a", 2, 70), run("a", 3, 80));
    Path page = out.resolve("results.md");
    SpreadPage.write(
        runs, page, out.resolve("images"), new ResultsPage.Heading("Title", "command", ""));

    assertThat(Files.readString(page))
        .contains("10,000 images, features of lenet-v1-abc (accuracy 0.9910)")
        .contains("| a | 1, 2, 3 | 1 | 70.00 ± 10.00 | 0.7000 ± 0.1000 | 0.900 ± 0.000 |")
        .contains("| b | 1 0 of 1 measured | 1 | - | - |")
        .contains("| *real images* | | | 1.10 | 0.0110 |")
        .contains("![Samples of a, seed 3](images/a-seed-3.png)");
    assertThat(out.resolve("images/b-seed-1.png")).exists();
  }

  @Test
  void aPageOfRunsHasTheirQualityWhereItWasMeasured() throws IOException {
    ResultsPage.Heading heading = new ResultsPage.Heading("Title", "command", "");
    Path page = out.resolve("runs.md");
    ResultsPage.write(
        List.of(run("a", 1, 60), run("a", 2, 70)), page, out.resolve("images"), heading);
    assertThat(Files.readString(page))
        .contains("## Quality", "-a | 1 | 1 | 60.00 | 0.6000 |", "-a | 2 | 1 | 70.00 |");
    ResultsPage.write(List.of(run("b", 1)), page, out.resolve("images"), heading);
    assertThat(Files.readString(page)).doesNotContain("Quality");
  }

  @Test
  void spreadIsTheSampleStandardDeviation() {
    assertThat(Spread.of(1, 2, 3, Double.NaN)).isEqualTo(new Spread(2, 1, 3));
    assertThat(Spread.of(5).text(QualityMeasure.FD)).isEqualTo("5.00");
    assertThat(Spread.of().text(QualityMeasure.FD)).isEqualTo("-");
  }
}
