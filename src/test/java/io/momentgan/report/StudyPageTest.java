package io.momentgan.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.momentgan.config.StudyFile;
import io.momentgan.config.UserException;
import io.momentgan.network.GanNetworks;
import io.momentgan.run.RunRecord;
import io.momentgan.run.metrics.EpochLine;
import io.momentgan.run.metrics.Jsonl;
import io.momentgan.run.metrics.JsonlTest;
import io.momentgan.run.metrics.MetricsTable;
import io.momentgan.run.metrics.RoundLine;
import io.momentgan.storage.Folder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;

/** Pages of runs that differ in seeds and settings, and the verdicts on them. */
class StudyPageTest {
  @TempDir private Path out;

  private Folder run(String name, int seed, String... settings) {
    return run(name, seed, 4, settings);
  }

  private Folder run(String name, int seed, int epochs, String... settings) {
    List<EpochLine> lines =
        IntStream.rangeClosed(1, epochs).mapToObj(e -> JsonlTest.epoch(e, e, 2 + e)).toList();
    Folder folder = ReportRuns.of(out.resolve("runs"), name, seed, lines, settings);
    ReportRuns.addSamples(folder, epochs);
    return folder;
  }

  private static Folder measured(Folder run, double fd) {
    ReportRuns.addQuality(run, 4, "raw", fd);
    return run;
  }

  private String page(String study, Folder... runs) {
    StudyFile file = StudyFile.read("experiments: [x.yaml]\n" + study, "study.yaml");
    List<StudyPage.Run> planned =
        Stream.of(runs)
            .map(run -> new StudyPage.Run(run, RunRecord.read(run).experiment()))
            .toList();
    Folder target = Folder.at(out.resolve("page").toString(), Map.of());
    new StudyPage(file, planned, Optional.empty())
        .write(target, "index.md", "images", "submit/local study x", "Look *here*.");
    return target.readText("index.md");
  }

  @Test
  void seedsOfAnExperimentShareARow() {
    String page =
        page(
            "columns: [fd, kid, precision, train.batch-size]",
            measured(run("a", 1), 60),
            run("b", 1),
            measured(run("a", 2), 70),
            measured(run("a", 3), 80));
    assertThat(page)
        .startsWith(
            "# Study\n\nThis page was generated from the records of the runs by\n\n    submit/")
        .contains("\nLook *here*.\n")
        .contains("10,000 images, features of lenet-v1-abc (accuracy 0.9910)")
        .contains("| Run | Seeds | Epochs | FD | KID | Precision | train.batch-size |")
        .contains("| a | 1, 2, 3 | 4 | 70.00 ± 10.00 | 0.7000 ± 0.1000 | 0.900 ± 0.000 | 100 |")
        .contains("| b | 1 (0 of 1 measured) | 4 | - | - | - | 100 |")
        .contains("| real images |  |  | 1.10 | 0.0110 |")
        .contains("### a\n\nTwo layers &lt;b>with&lt;/b> moments &amp; \\| pipes\n\n![")
        .contains("![Samples of a, seed 3](images/a-seed-3.png)");
    assertThat(out.resolve("page/images/b-seed-1.png")).exists();
  }

  @Test
  void columnsCountTheParametersThatTheNetworksHave() {
    Folder run = run("a", 1);
    GanNetworks networks =
        GanNetworks.build(RunRecord.read(run).experiment(), ReportRuns.SHAPE, DataType.FLOAT);
    assertThat(page("columns: [g-parameters, d-parameters]", run))
        .contains("| Run | Seeds | Epochs | G parameters | D parameters |")
        .contains(
            "| a | 1 | 4 | %d | %d |"
                .formatted(
                    networks.generator().model().numParams(),
                    networks.discriminator().model().numParams()));
  }

  @Test
  void aTableSaysHowFarRunsCameAndHowManyWereMeasured() {
    assertThat(page("columns: [fd]", measured(run("a", 1), 60), run("a", 2, 3)))
        .contains("| a | 1, 2 (1 of 2 measured) | 4, 3 of 4 | 60.00 |");
  }

  @Test
  void aColumnMayBeOfAnEarlierEpochWhichEachRunHasReachedOrNot() {
    assertThat(page("columns: [d-loss, d-loss@3, fd@4]", measured(run("a", 1), 60), run("b", 1, 2)))
        .contains("| Run | Seeds | Epochs | D loss | D loss, epoch 3 | FD, epoch 4 |")
        .contains("| a | 1 | 4 | 4.000 | 3.000 | 60.00 |")
        .contains("| b | 1 (0 of 1 measured) | 2 of 4 | 2.000 | - | - |")
        .contains("| real images |  |  | - | - | 1.10 |");
    assertThat(page("columns: [engine, d-loss]", run("d", 1)))
        .contains("| Run | Seeds | Epochs | engine | D loss |", "| d | 1 | 4 | dl4j | 4.000 |");
    Folder run = run("c", 1);
    assertThatThrownBy(() -> page("columns: [d-los@3]", run))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("Measure d-los: unknown, expected one of");
  }

  @Test
  void runsAreGroupedByAllSettingsButTheSeedAndLabelledByWhatDiffers() {
    String page =
        page(
            "columns: [d-loss]",
            run("a", 1, "moments.mean-weight=0.1"),
            run("a", 1, "moments.mean-weight=0.3"),
            run("a", 2, "moments.mean-weight=0.3"));
    assertThat(page)
        .contains("| a, moments.mean-weight: 0.1 | 1 | 4 | 4.000 |")
        .contains("| a, moments.mean-weight: 0.3 | 1, 2 | 4 | 4.000 ± 0.000 |");
    assertThat(out.resolve("page/images/a-moments.mean-weight-0.3-seed-2.png")).exists();
  }

  @Test
  void aSeedOfTheSameSettingsTwiceIsRefused() {
    Folder one = run("a", 1);
    Folder other = run("a", 1);
    assertThatThrownBy(() -> page("", one, other))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("found the same settings and seed 1 twice, expected each seed once");
  }

  @Test
  void aComparisonShowsFirstWhatDiffers() {
    Folder target = Folder.at(out.resolve("comparison").toString(), Map.of());
    String page =
        new ComparisonPage(List.of(run("a", 1, "train.g-steps=1"), run("a", 1, "train.g-steps=3")))
            .html(target);
    assertThat(page)
        .contains("<th>Setting</th><th>a, train.g-steps: 1</th><th>a, train.g-steps: 3</th>")
        .contains("<tr><td>train.g-steps</td><td>1</td><td>3</td></tr>")
        .containsPattern("<a href=\"\\./\\.\\./[^\"]*/report/index\\.html\">a, train.g-steps: 3");
    assertThat(page.indexOf("Settings that differ")).isLessThan(page.indexOf("<h2>Quality"));
  }

  @Test
  void aComparisonDrawsAnExperimentAsTheMeanOfItsSeedsInABand() {
    List<Folder> runs =
        List.of(measured(run("a", 1), 60), measured(run("a", 2), 80), measured(run("b", 1), 50));
    assertThat(new ComparisonPage(runs).html(runs.get(0)))
        .contains("The experiments differ in their names alone")
        .contains(
            "<th class=\"number\">a, 2 seeds</th><th class=\"number\">a, 2 seeds, least</th>"
                + "<th class=\"number\">a, 2 seeds, most</th><th class=\"number\">b, seed 1</th>")
        .contains(
            "<td class=\"number\">70.00</td><td class=\"number\">60.00</td>"
                + "<td class=\"number\">80.00</td><td class=\"number\">50.00</td>");
  }

  @Test
  void bytesAreSumsOverTheRounds() throws IOException {
    Folder run = measured(run("a", 1), 20);
    ReportRuns.addQuality(run, 4, "ema", 10);
    try (Jsonl<RoundLine> rounds = Jsonl.create(run, MetricsTable.ROUNDS, 1)) {
      rounds.append(JsonlTest.round(1));
      rounds.append(JsonlTest.round(2));
    }
    String page =
        page(
            """
            columns: [network-mib, moment-mib, mib, fd, ema-fd, seconds]
            figures: [{plot: fd, over: mib, line: moments.scope}]
            """,
            run);
    assertThat(page)
        .contains("| a | 1 | 4 | 8.0 | 4.0 | 12.0 | 20.00 | 10.00 | 6.0 |")
        .contains("![FD over Sent and received, MiB](images/fd-over-mib.png)");
    assertThat(ImageIO.read(out.resolve("page/images/fd-over-mib.png").toFile()).getWidth())
        .isEqualTo(1000);
    assertThat(page).contains("[SVG](images/fd-over-mib.svg)", "[CSV](images/fd-over-mib.csv)");
    assertThat(out.resolve("page/images/fd-over-mib.svg")).content().contains("<svg");
    assertThat(out.resolve("page/images/fd-over-mib.csv"))
        .hasContent("line,x,y\nmoments.scope: global,12.0,20.0\n");
  }

  @Test
  void longRunsAreJudgedFromEpochFifteen() {
    String columns =
        "columns: [d-loss-5, d-loss-5-sd, g-bce-5, moment-mean-settled, moment-var-settled,"
            + " grid-pair-distance]";
    assertThat(page(columns, run("a", 7)))
        .contains("| a | 7 | 4 | 2.500 | 1.291 | 1.500 | 1.76 | 1.84 | 22.69 |");
    assertThat(page(columns, run("b", 7, 21)))
        .contains("| b | 7 | 21 of 4 | 19.000 | 1.581 ")
        .contains("| 5.88 |");
  }

  @Test
  void verdictsAreComputedForEachSeed() {
    Folder[] runs = {
      measured(run("a", 1), 60),
      measured(run("a", 2), 65),
      measured(run("b", 1), 70),
      measured(run("b", 2), 50)
    };
    String page =
        page(
            """
            claims:
              - {text: A is good, holds: 'fd(a) < 66 and coverage(a) >= 0.75 * real(coverage, a)'}
              - {text: A beats b, holds: fd(a) < fd(b)}
              - {text: B beats real images, holds: 'fd(b) < real(fd, b)'}
              - {text: D loses, holds: d-loss(a@3) > d-loss(a@1) + 1.5 or abs(d-loss(a)) < 0}
            """,
            runs);
    assertThat(page)
        .contains("| 1 | A is good | holds in 2 of 2 seeds |")
        .contains(
            "1. `fd(a) < 66 and coverage(a) >= 0.75 * real(coverage, a)`: holds in 2 of 2 seeds")
        .contains("| Seed | fd(a) | coverage(a) | real(coverage, a) | Holds |")
        .contains("| 1 | 60.00 | 0.700 | 0.700 | yes |")
        .contains("| 2 | A beats b | does not hold (1 of 2) |")
        .contains("| 1 | 60.00 | 70.00 | yes |", "| 2 | 65.00 | 50.00 | no |")
        .contains("| 3 | B beats real images | does not hold (0 of 2) |")
        .contains("| D loses | holds in 2 of 2 seeds |", "| 1 | 3.000 | 1.000 | 4.000 | yes |");
  }

  @Test
  void claimsOnRunsWithoutNumbersAreNotDecided() {
    String claims =
        """
        claims:
          - {text: One, holds: fd(a) < fd(b)}
          - {text: Two, holds: d-loss(a@9) < 1}
          - {text: Three, holds: fd(a) < fd(c)}
        """;
    assertThat(
            page(
                claims,
                measured(run("a", 1), 60),
                measured(run("a", 2), 60),
                measured(run("b", 1), 70),
                run("b", 2),
                run("c", 3)))
        .contains("| One | holds in 1 of 1 seeds; not decided: b seed 2 was not measured |")
        .contains("| Two | not decided: a seed 1, a seed 2 were not measured |")
        .contains("| Three | not decided: its runs have no seed in common |")
        .contains("| 2 | 60.00 | - | not decided |");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "fd(z) < 1         | found run \"z\", expected one of a",
        "fd(aa) < 1        | expected one of a; did you mean a?",
        "coverge(a) < 1    | did you mean coverage?",
        "real(d-loss, a) < 1 | Measure real(d-loss): found no quality of images, expected one of fd,",
        "frechet(a) < 1    | Measure frechet: unknown, expected one of log-ratio,",
        "fd(a) <           | found no expression, expected a comparison such as",
        "fd(a) + 1         | found a number, expected a comparison",
        "1 < 2             | found no measure of a run",
        "fd(a) < fd(a)) or | found no expression",
        "nothing(fd(a)) < 1 | expected a comparison"
      })
  void claimsThatAreNoneAreRefused(String claim, String message) {
    Folder run = run("a", 1);
    assertThatThrownBy(() -> page("claims: [{text: x, holds: '%s'}]".formatted(claim), run))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(message);
  }

  @Test
  void unknownColumnsAreRefused() {
    Folder run = run("a", 1);
    assertThatThrownBy(() -> page("columns: [frechet]", run))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("Measure frechet: unknown");
  }

  @Test
  void plotsOverEpochsHaveALinePerRun() throws IOException {
    page("figures: [{plot: log-ratio}, {plot: fd}]", measured(run("a", 1), 60), run("b", 1));
    for (String file : List.of("log-ratio-over-epochs.png", "fd-over-epochs.png")) {
      assertThat(ImageIO.read(out.resolve("page/images/" + file).toFile()).getHeight())
          .isEqualTo(560);
    }
  }
}
