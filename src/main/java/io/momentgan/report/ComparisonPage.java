package io.momentgan.report;

import io.momentgan.config.SettingDifferences;
import io.momentgan.evaluation.Measure;
import io.momentgan.report.Chart.Series;
import io.momentgan.report.RunGroup.Member;
import io.momentgan.run.metrics.ClassificationLine;
import io.momentgan.run.metrics.EpochLine;
import io.momentgan.storage.Folder;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A page that compares runs: a table over seeds, curves over one another, sheets side by side. */
public final class ComparisonPage {
  private static final int SHOWN_DIFFERENCES = 6;
  private static final List<String> MEASURES =
      List.of(
          "fd",
          "kid",
          "precision",
          "recall",
          "density",
          "coverage",
          "classifier-score",
          "missing-modes",
          "memorisation",
          "d-loss",
          "g-bce");

  private final List<RunGroup> groups;
  private final List<Member> runs;

  /**
   * Reads the runs.
   *
   * @param folders the runs' folders
   */
  public ComparisonPage(List<Folder> folders) {
    this.groups = RunGroup.of(folders.stream().map(Member::of).toList());
    this.runs = groups.stream().flatMap(group -> group.runs().stream()).toList();
  }

  /** Draws the runs' log loss ratios as a PNG file. */
  public byte[] ratioPlot() {
    return RunCharts.ratioPlot(runs);
  }

  /** Makes the page, which needs nothing beside it. */
  public String html() {
    String title = "Comparison of %d runs".formatted(runs.size());
    Set<String> differences =
        SettingDifferences.differing(groups.stream().map(RunGroup::settings).toList());
    differences.remove("name");
    List<String> columns = new ArrayList<>();
    differences.stream().limit(SHOWN_DIFFERENCES).forEach(columns::add);
    columns.addAll(MEASURES);
    if (runs.stream().anyMatch(run -> run.errors().isPresent())) {
      columns.add(ClassificationLine.ERRORS.key());
    }
    return new HtmlPage(title)
        .add("<h1>%s</h1>\n<h2>Quality</h2>\n".formatted(title))
        .add(
            "<p class=\"quiet\">Newest evaluation of each run: mean ± standard deviation over the seeds."
                + " Figures of different extractors or numbers of images are not comparable.</p>\n")
        .add(RunColumns.table(groups, columns).html())
        .add(more(differences))
        .add(warning())
        .add("<h2>Over the epochs</h2>\n")
        .add(flags())
        .add(charts())
        .add("<h2>Samples</h2>\n")
        .add(sheets())
        .html();
  }

  private static String more(Set<String> differences) {
    return differences.size() <= SHOWN_DIFFERENCES
        ? ""
        : "<p class=\"quiet\">The runs also differ in: %s.</p>\n"
            .formatted(
                Table.escape(
                    differences.stream()
                        .skip(SHOWN_DIFFERENCES)
                        .collect(Collectors.joining(", "))));
  }

  private String warning() {
    List<String> measured = RunGroup.measured(groups);
    return measured.size() < 2
        ? ""
        : "<p class=\"alarm\">These runs were measured differently: %s.</p>\n"
            .formatted(Table.escape(String.join("; ", measured)));
  }

  private String flags() {
    return runs.stream()
        .flatMap(run -> LossRatio.flags(run.name(), run.epochs()).stream())
        .map(flag -> "<p class=\"alarm\">%s</p>\n".formatted(Table.escape(flag)))
        .collect(Collectors.joining());
  }

  private List<Chart> charts() {
    String means = "Means over each epoch.";
    String near = "Share of real images that have a generated one near.";
    return Stream.of(
            chart("Frechet distance", "Lower is better.", true, RunColumns.of("fd")),
            chart("Coverage", near, false, RunColumns.of("coverage")),
            chart(
                "Errors", "On test images.", true, RunColumns.of(ClassificationLine.ERRORS.key())),
            chart("Discriminator loss", means, false, RunColumns.of("d-loss")),
            chart("Generator loss, adversarial", means, false, RunColumns.of("g-bce")),
            chart("Log loss ratio", LossRatio.CAPTION, false, RunColumns.LOG_RATIO),
            chart("Moment distance, mean term, over its floor", means, true, RunColumns.MEAN_RATIO),
            chart(
                "Moment distance, variance term, over its floor",
                means,
                true,
                RunColumns.VAR_RATIO))
        .filter(chart -> !chart.labels().isEmpty())
        .toList();
  }

  /** A curve per run, over all epochs in which any of them has a value. */
  private Chart chart(String title, String caption, boolean log, Measure<Member> measure) {
    NavigableSet<Integer> epochs = new TreeSet<>();
    for (Member run : runs) {
      run.epochs().stream()
          .map(EpochLine::epoch)
          .filter(e -> Double.isFinite(measure.value().applyAsDouble(run.at(e))))
          .forEach(epochs::add);
    }
    List<Series> curves =
        runs.stream().map(run -> Series.of(run.name(), run.curve(measure, epochs))).toList();
    boolean positive =
        curves.stream()
            .flatMap(curve -> curve.values().stream())
            .allMatch(value -> value == null || value > 0);
    Stream<Series> zero =
        measure.equals(RunColumns.LOG_RATIO)
            ? Stream.of(Series.constant("0", 0, epochs.size()))
            : Stream.of();
    return Chart.overEpochs(
        measure.key(),
        title,
        caption,
        measure.unit().isEmpty() ? measure.name() : measure.unit(),
        log && positive,
        epochs.stream().map(String::valueOf).toList(),
        Stream.concat(curves.stream(), zero).toArray(Series[]::new));
  }

  private String sheets() {
    StringBuilder sheets = new StringBuilder("<div class=\"sheets\">\n");
    for (Member run : runs) {
      byte[] png = new RunPictures(run.folder()).newestGrid();
      if (png.length > 0) {
        String name = Table.escape(run.name());
        sheets.append(
            "<figure><img src=\"%s\" alt=\"Samples of %s\"><figcaption>%s</figcaption></figure>\n"
                .formatted(HtmlPage.dataUri(png), name, name));
      }
    }
    return sheets.append("</div>\n").toString();
  }
}
