package io.momentgan.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.momentgan.report.page.Chart;
import io.momentgan.run.RunRecord;
import io.momentgan.run.metrics.EpochLine;
import io.momentgan.run.metrics.Figures;
import io.momentgan.run.metrics.Jsonl;
import io.momentgan.run.metrics.JsonlTest;
import io.momentgan.run.metrics.MetricsTable;
import io.momentgan.storage.Folder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
    assertThat(Pattern.compile(" src=\"(?!data:)").matcher(page).find()).isFalse();
    assertThat(Pattern.compile("<link (?!rel=\"icon\" href=\"data:)").matcher(page).find())
        .isFalse();
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
  void penaltiesAreDrawnWithTheLossesThatTheyArePartOf() {
    EpochLine plain = JsonlTest.epoch(1, 1, 3);
    EpochLine line =
        new EpochLine(
            plain.at(),
            new Figures(1, 1, 1, 3, 3, 0.125),
            plain.context(),
            new Figures(1, 1, 1, 3, 3, 0.25),
            List.of());
    Folder penalised =
        ReportRuns.of(
            out.resolve("runs"),
            "r1",
            7,
            List.of(line),
            "loss.gradient-penalty.r1=10",
            "engine=torch");
    RunPage.write(penalised);
    assertThat(penalised.readText("report/index.html"))
        .contains("equilibrium 1.376, least possible 0.325, both without the penalty")
        .contains(
            "<td>Gradient penalty</td><td class=\"number\">0.125</td>"
                + "<td class=\"number\">0.250</td><td>a part of the discriminator loss</td>")
        .contains("\"Gradient penalty\"");
    RunPage.write(run);
    assertThat(run.readText("report/index.html")).doesNotContain("<td>Gradient penalty</td>");
  }

  @Test
  void aReportLinksToTheRecordsFromWhereverItLies() {
    RunPage.write(run);
    assertThat(run.readText("report/index.html"))
        .contains("<a href=\"./../metrics/epochs.jsonl\">metrics/epochs.jsonl</a>")
        .contains("<a href=\"./../report/losses.svg\">")
        .doesNotContain(">samples/epoch-");
    Folder elsewhere = Folder.at(out.resolve("a b#c").toString(), Map.of());
    assertThat(RunPage.html(run, elsewhere))
        .contains("<a href=\"./../runs/%s/run.yaml\">".formatted(run.name()));
    assertThat(run.addressOf(elsewhere)).isEqualTo("./../../a%20b%23c");
  }

  @Test
  void figuresAreOfPixelsAndOfLines() {
    RunPage.write(run);
    assertThat(run.readText("report/losses.svg")).contains("<svg", "Mean term");
    assertThat(run.readText("report/log-ratio.svg")).contains("<svg");
    assertThat(run.readText("report/index.html"))
        .contains("<img class=\"drawn\" alt=\"Losses. ", "data:image/svg+xml;base64,");
  }

  @Test
  void aPageLoadsItselfAgainOnlyDuringTheTraining() {
    RunPage.writeDuringTraining(run);
    assertThat(run.readText("report/index.html"))
        .contains("In training: 4 of 4 epochs at ", "\"reload\":30");
    RunPage.write(run);
    assertThat(run.readText("report/index.html"))
        .doesNotContain("In training")
        .contains("\"reload\":0");
  }

  @Test
  void eachFloorHasTheColourOfItsCurve() {
    List<Chart> charts =
        RunCharts.training(
            RunRecord.read(run).experiment().loss(), Jsonl.read(run, MetricsTable.EPOCHS));
    Chart moments = charts.get(charts.size() - 1);
    assertThat(moments.series()).extracting(Chart.Series::colour).containsExactly(0, 1, 0, 1);
    assertThat(charts.get(0).series()).extracting(Chart.Series::colour).containsExactly(0, 1, -1);
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
