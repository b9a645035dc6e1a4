package io.momentgan.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.run.metrics.EpochLine;
import io.momentgan.run.metrics.JsonlTest;
import io.momentgan.storage.Folder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportsTest {
  @TempDir private Path out;
  private Folder run;

  @BeforeEach
  void makeRun() {
    run = newRun(4);
  }

  private Folder newRun(int epochs) {
    List<EpochLine> lines =
        IntStream.rangeClosed(1, epochs).mapToObj(e -> JsonlTest.epoch(e, e, 2 + e)).toList();
    Folder folder = ReportRuns.of(out.resolve("runs"), "ff5", 7, lines);
    lines.forEach(line -> ReportRuns.addSamples(folder, line.epoch()));
    return folder;
  }

  @Test
  void aReportHoldsItsPicturesAndNeedsNothingElse() throws IOException {
    RunPage.write(run);

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
    RunPage.write(run);
    assertThat(run.readText("report/index.html"))
        .contains("equilibrium 1.376, least possible 0.325")
        .contains("equilibrium 0.799")
        .contains(
            "<td>Mean term</td><td class=\"number\">6.000</td>"
                + "<td class=\"number\">6.000</td><td>two real batches: 3.400 (ratio 1.76)</td>");
  }

  @Test
  void textsAreEscaped() {
    RunPage.write(run);
    assertThat(run.readText("report/index.html"))
        .contains("Two layers &lt;b&gt;with&lt;/b&gt; moments &amp; | pipes")
        .contains("Epoch 3: D has &lt;won&gt;")
        .doesNotContain("<b>", "<won>");
  }

  @Test
  void aRunWithoutEpochsHasAReportToo() {
    Folder fresh = newRun(0);
    RunPage.write(fresh);
    assertThat(fresh.readText("report/index.html")).contains("No epoch is finished yet");
    assertThat(fresh.exists("report/losses.png")).isFalse();
  }

  @Test
  void aDamagedSampleFileCostsThePictureAndNotTheReport() {
    run.publish(RunPictures.samplesPath(2, "npy"), new byte[] {1});
    RunPage.write(run);
    assertThat(run.exists("report/samples.png")).isFalse();
    assertThat(run.exists("report/index.html")).isTrue();
  }
}
