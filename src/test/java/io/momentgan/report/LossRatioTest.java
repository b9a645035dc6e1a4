package io.momentgan.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.momentgan.report.page.Chart;
import io.momentgan.run.RunRecord;
import io.momentgan.run.metrics.EpochLine;
import io.momentgan.run.metrics.Figures;
import io.momentgan.run.metrics.Jsonl;
import io.momentgan.run.metrics.MetricsTable;
import io.momentgan.run.metrics.Position;
import io.momentgan.storage.Folder;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LossRatioTest {
  private static final double[] G = {0.7, 2.5, 0, 1.234567};
  private static final double[] D = {1.4, 0.001, 0.5, 0};

  @TempDir private Path out;

  @Test
  void chartsShowWhatTheMetricsFileGives() throws IOException {
    Folder folder = run("a", G, D);
    List<EpochLine> epochs = Jsonl.read(folder, MetricsTable.EPOCHS);
    List<Double> drawn = new ArrayList<>();
    for (Chart chart : RunCharts.training(RunRecord.read(folder).experiment().loss(), epochs)) {
      if (chart.id().equals("ratio")) {
        drawn.addAll(chart.series().get(0).values());
        assertThat(chart.y()).contains("natural logarithm");
        assertThat(chart.series().get(1).values()).containsOnly(0.0).hasSize(4);
      }
    }
    List<Double> expected = recomputed(folder);
    assertThat(drawn).hasSameSizeAs(expected);
    for (int i = 0; i < drawn.size(); i++) {
      assertThat(drawn.get(i)).isCloseTo(expected.get(i), within(1e-6));
    }
    assertThat(expected.get(3)).isCloseTo(Math.log(1.234567e12), within(1e-6));
  }

  @Test
  void aComparisonHasALinePerRunTheZeroLineAndTheFlags() throws IOException {
    Folder a = run("a", G, D);
    Folder b = run("b", new double[] {1, 1}, new double[] {1, 2});
    String page = new ComparisonPage(List.of(a, b)).html(a);
    assertThat(page)
        .contains("Log loss ratio", "natural logarithm")
        .contains("a, seed 7, epoch 2: G loss / D loss is 2500, above 1000")
        .contains("a, seed 7, epoch 4: G loss / D loss is 1234567000000, above 1000")
        .doesNotContain("b, seed 7, epoch");
    List<List<String>> rows = table(page, "Log loss ratio");
    assertThat(rows.get(0)).containsExactly("epoch", "a, seed 7", "b, seed 7", "0");
    assertThat(rows.get(2)).containsExactly("2", "7.824", "-0.6931", "0.000");
    assertThat(rows.get(3)).containsExactly("3", "-26.94", "-", "0.000");
  }

  /** Runs that users train by --set without another name. */
  @Test
  void runsOfOneNameAndSeedAreToldApartByTheirSettings() throws IOException {
    List<Folder> runs = List.of(run("a", G, D), run("a", D, G, "moments.mean-weight=0.3"));
    ComparisonPage comparison = new ComparisonPage(runs);
    assertThat(PicturesTest.decode(comparison.ratioPlot().drawing().png()).getWidth()).isPositive();
    assertThat(table(comparison.html(runs.get(0)), "Log loss ratio").get(0))
        .containsExactly(
            "epoch",
            "a, moments.mean-weight: 0.1, seed 7",
            "a, moments.mean-weight: 0.3, seed 7",
            "0");
  }

  @Test
  void figuresHaveALinePerRunAndTheZeroLine() throws IOException {
    BufferedImage picture =
        PicturesTest.decode(
            new ComparisonPage(List.of(run("a", G, D), run("b", D, G), run("c", G, G)))
                .ratioPlot()
                .drawing()
                .png());
    List<Integer> colours =
        IntStream.of(
                picture.getRGB(
                    0, 0, picture.getWidth(), picture.getHeight(), null, 0, picture.getWidth()))
            .map(pixel -> pixel & 0xFFFFFF)
            .distinct()
            .boxed()
            .toList();
    assertThat(colours).contains(0x0072B2, 0xD55E00, 0x009E73, 0x000000);
  }

  @Test
  void lossesThatHaveNoLogarithmLeaveAGap() {
    assertThat(LossRatio.of(-0.1, 1).log()).isNaN();
    assertThat(LossRatio.of(1, -0.1).log()).isNaN();
    assertThat(LossRatio.of(Double.NaN, 1).log()).isNaN();
    assertThat(LossRatio.of(-0.1, 1).isFlagged()).isFalse();
    assertThat(LossRatio.of(1000, 1).isFlagged()).isFalse();
    assertThat(LossRatio.of(1000.1, 1).isFlagged()).isTrue();
  }

  @Test
  void theLastHalfIsThatOfTheEpochs() {
    List<EpochLine> epochs =
        List.of(epoch(1, 90, 1), epoch(2, 80, 1), epoch(3, 1, Math.E), epoch(4, Math.E, 1));
    assertThat(LossRatio.meanAbsoluteOfLastHalf(epochs)).isCloseTo(1, within(1e-12));
    assertThat(LossRatio.meanAbsoluteOfLastHalf(List.of())).isNaN();
  }

  private Folder run(String name, double[] g, double[] d, String... settings) {
    List<EpochLine> epochs = new ArrayList<>();
    for (int i = 0; i < g.length; i++) {
      epochs.add(epoch(i + 1, g[i], d[i]));
    }
    return ReportRuns.of(out, name, 7, epochs, settings);
  }

  static EpochLine epoch(int epoch, double g, double d) {
    return new EpochLine(
        new Position(epoch, epoch, epoch, 10L * epoch, 2L * epoch, epoch, epoch),
        new Figures(d, g + 5, g, 1, 1, 0),
        new Figures.Context(1, 1, 0.5, 0.5),
        new Figures(3 * d, g, 7 * g, 1, 1, 0),
        List.of());
  }

  /** From the file alone, as a reader of it would. */
  private static List<Double> recomputed(Folder folder) throws IOException {
    List<Double> logs = new ArrayList<>();
    for (String line : folder.readText("metrics/epochs.jsonl").lines().toList()) {
      JsonNode epoch = new ObjectMapper().readTree(line);
      double g = Math.max(1e-12, epoch.get("g_bce").doubleValue());
      double d = Math.max(1e-12, epoch.get("d_loss").doubleValue());
      logs.add(Math.log(g) - Math.log(d));
    }
    return logs;
  }

  private static List<List<String>> table(String page, String title) {
    String figure = page.substring(page.indexOf("<h3>" + title + "</h3>"));
    String table = figure.substring(figure.indexOf("<table>"), figure.indexOf("</table>"));
    List<List<String>> rows = new ArrayList<>();
    for (String row : table.split("<tr>", -1)) {
      Matcher cells = Pattern.compile("<t[hd][^>]*>([^<]*)<").matcher(row);
      List<String> texts = cells.results().map(cell -> cell.group(1)).toList();
      if (!texts.isEmpty()) {
        rows.add(texts);
      }
    }
    return rows;
  }
}
