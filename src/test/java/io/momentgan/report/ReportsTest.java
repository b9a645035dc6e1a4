package io.momentgan.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.config.UserException;
import io.momentgan.data.ImageShape;
import io.momentgan.run.MetricsLog;
import io.momentgan.run.MetricsLogTest;
import io.momentgan.run.NpyArray;
import io.momentgan.run.Runs;
import io.momentgan.storage.Folder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportsTest {
  private static final ImageShape SHAPE = new ImageShape(1, 28, 28);
  static final String RECORD =
      """
      experiment:
        name: ff5
        description: Two layers <b>with</b> moments & | pipes
        loss: {generator: non-saturating, real-target: 0.9, fake-target: 0.0}
        train: {epochs: 4, seed: 7, batch-size: 100, workers: 0}
      versions: {momentgan: 0.1.0, spark: 3.5.7}
      data: {kind: glyphs, uri: glyphs, fingerprint: abc, training: 60000, shape: 1x28x28}
      created: 2026-01-01T00:00:00Z
      workers: 2
      """;

  @TempDir Path out;
  private Folder run;

  @BeforeEach
  void makeRun() {
    run = newRun(4);
  }

  private Folder newRun(int epochs) {
    return newRun("runs", RECORD, epochs);
  }

  private Folder newRun(String parent, String record, int epochs) {
    Folder folder = Runs.create(out.resolve(parent).toString(), "ff5", Map.of());
    folder.publish("run.yaml", record);
    try (MetricsLog log = MetricsLog.create(folder, MetricsLog.Table.EPOCHS)) {
      for (int epoch = 1; epoch <= epochs; epoch++) {
        log.append(MetricsLogTest.epoch(epoch, epoch, 2 + epoch));
        float[][] samples = PicturesTest.samples(16, SHAPE, epoch);
        folder.publish(
            RunReport.samplesPath(epoch, "npy"), NpyArray.ofRows(samples, 1, 28, 28).bytes());
        folder.publish(RunReport.samplesPath(epoch, "png"), ImageGrid.of(SHAPE, 4).png(samples));
      }
    }
    return folder;
  }

  @Test
  void aReportHoldsItsPicturesAndNeedsNothingElse() throws IOException {
    RunReport.write(run);

    assertThat(PicturesTest.decode(run.read("report/losses.png")).getWidth()).isEqualTo(1000);
    assertThat(PicturesTest.decode(run.read("report/samples.png")).getHeight())
        .isEqualTo(4 * 56 + 3 * 2);
    String page = run.readText("report/index.html");
    assertThat(Pattern.compile("(src|href)=\"(?!data:)").matcher(page).find()).isFalse();
    assertThat(Pattern.compile("<img src=\"data:image/png;base64,").matcher(page).results())
        .hasSize(2);
    assertThat(Pattern.compile("<img (?![^>]*alt=\"[^\"]+\")").matcher(page).find()).isFalse();
    assertThat(page).contains("max=\"3\" value=\"3\"", "[1,\"data:image/png;base64,");
  }

  @Test
  void aReportShowsFinalFiguresBesideWhatTheyAreReadAgainst() {
    RunReport.write(run);
    assertThat(run.readText("report/index.html"))
        .contains("equilibrium 1.376, least possible 0.325")
        .contains("equilibrium 0.799")
        .contains(
            "<td>Mean term</td><td class=\"number\">6.000</td>"
                + "<td class=\"number\">6.000</td><td>two real batches: 3.400 (ratio 1.76)</td>");
  }

  @Test
  void textsAreEscaped() {
    RunReport.write(run);
    assertThat(run.readText("report/index.html"))
        .contains("Two layers &lt;b&gt;with&lt;/b&gt; moments &amp; | pipes")
        .contains("Epoch 3: D has &lt;won&gt;")
        .doesNotContain("<b>", "<won>");
  }

  @Test
  void aRunWithoutEpochsHasAReportToo() {
    Folder fresh = newRun(0);
    RunReport.write(fresh);
    assertThat(fresh.readText("report/index.html")).contains("No epoch is finished yet");
    assertThat(fresh.exists("report/losses.png")).isFalse();
  }

  @Test
  void aDamagedSampleFileCostsThePictureAndNotTheReport() {
    run.publish(RunReport.samplesPath(2, "npy"), new byte[] {1});
    RunReport.write(run);
    assertThat(run.exists("report/samples.png")).isFalse();
    assertThat(run.exists("report/index.html")).isTrue();
  }

  @Test
  void resultsHaveOneRowPerRunAndItsSampleSheet() throws IOException {
    RunReport.write(run);
    Path page = out.resolve("src/site/markdown/feed-forward.md");
    Path images = out.resolve("src/site/resources/images/feed-forward");

    ResultsPage.write(List.of(run), page, images, heading("momentgan results runs/*"));

    assertThat(Files.readString(page))
        .contains("generated from the records of the runs by\n\n    momentgan results runs/*\n")
        .contains(
            "| ff5 | 4 | 7 | glyphs, 60000 | 2 x 100 | 2.500 ± 1.291 | 1.500 ± 0.000"
                + " | 6.00 (1.76) | 5.70 (1.84) | 22.69 | 6 |\n")
        .contains("## ff5\n\nTwo layers &lt;b>with&lt;/b> moments &amp; \\| pipes\n")
        .contains("](images/feed-forward/ff5.png)");
    assertThat(Files.readAllBytes(images.resolve("ff5.png")))
        .isEqualTo(run.read("report/samples.png"));
  }

  @Test
  void longRunsAreJudgedFromEpochFifteenAndRunsOfOneExperimentAreToldApart() throws IOException {
    Folder unfinished = newRun(21);
    Path page = out.resolve("results.md");

    ResultsPage.write(List.of(run, unfinished), page, out.resolve("images"), heading("x"));

    assertThat(Files.readString(page))
        .contains("| 00000-ff5 | 4 |")
        .contains("| 00001-ff5 | 21 of 4 |", " | 20.00 (5.88) |")
        .contains("](images/00001-ff5.png)");
    assertThat(out.resolve("images/00001-ff5.png")).exists();
  }

  @Test
  void runsOfASweepAreToldApartByTheirSeeds() throws IOException {
    String record = RECORD.replace("seed: 7", "seed: 8");
    assertThat(record).isNotEqualTo(RECORD);
    Folder other = newRun("other", record, 4);
    Path page = out.resolve("sweep.md");

    ResultsPage.write(List.of(run, other), page, out.resolve("images"), heading("x"));

    assertThat(Files.readString(page)).contains("| ff5-seed-7 | 4 |", "| ff5-seed-8 | 4 |");
    assertThat(out.resolve("images/ff5-seed-8.png")).exists();
  }

  @Test
  void runsWithoutEpochsCannotBeCompared() {
    Folder fresh = newRun(0);
    assertThatThrownBy(
            () ->
                ResultsPage.write(
                    List.of(fresh), out.resolve("x.md"), out.resolve("i"), heading("x")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("no finished epoch");
  }

  private static ResultsPage.Heading heading(String command) {
    return new ResultsPage.Heading("Results", command, "");
  }
}
