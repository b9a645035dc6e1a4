package io.momentgan.report;

import io.momentgan.config.SettingDifferences;
import io.momentgan.evaluation.Measure;
import io.momentgan.report.RunGroup.Member;
import io.momentgan.report.page.Chart;
import io.momentgan.report.page.Chart.Series;
import io.momentgan.report.page.HtmlPage;
import io.momentgan.report.page.LinePlot;
import io.momentgan.report.page.Table;
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
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;

/** A page that compares runs: a table over seeds, curves over one another, sheets side by side. */
public final class ComparisonPage {
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

  private static final String BAND = "mean of the seeds, in a band from the least to the most.";

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

  /** Draws the runs' log loss ratios. */
  public LinePlot ratioPlot() {
    return RunCharts.ratioPlot(runs);
  }

  /**
   * Makes the page, which needs nothing beside it.
   *
   * @param target its folder, from which it links to the runs' own pages
   */
  public String html(Folder target) {
    String title = "Comparison of %d runs".formatted(runs.size());
    List<String> columns = new ArrayList<>(MEASURES);
    if (runs.stream().anyMatch(run -> run.errors().isPresent())) {
      columns.add(ClassificationLine.ERRORS.key());
    }
    return new HtmlPage(title)
        .add("<h1>%s</h1>\n".formatted(title))
        .add(differences())
        .add(
            "<h2>Quality</h2>\n<p class=\"quiet\">Newest evaluation of each run: mean ± standard deviation over the seeds."
                + " Figures of different extractors or numbers of images are not comparable.</p>\n")
        .add(RunColumns.table(groups, columns).html())
        .add(warning())
        .add("<h2>Over the epochs</h2>\n")
        .add(flags())
        .add(charts())
        .add("<h2>Samples</h2>\n")
        .add(sheets(target))
        .html();
  }

  /** Names all settings in which the experiments differ. */
  private String differences() {
    Set<String> keys =
        SettingDifferences.differing(groups.stream().map(RunGroup::settings).toList());
    keys.remove("name");
    if (keys.isEmpty()) {
      return groups.size() == 1
          ? "<p>The runs differ in their seeds alone.</p>\n"
          : "<p>The experiments differ in their names alone.</p>\n";
    }
    List<String> heads = new ArrayList<>(List.of("Setting"));
    groups.forEach(group -> heads.add(group.label()));
    Table table = new Table("l".repeat(heads.size()), heads);
    for (String key : keys) {
      List<String> cells = new ArrayList<>(List.of(key));
      groups.forEach(group -> cells.add(group.setting(key)));
      table.row(cells);
    }
    return "<h2>Settings that differ</h2>\n" + table.html();
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
    String means = "Means over each epoch; " + BAND;
    String near = "Share of real images that have a generated one near; " + BAND;
    return Stream.of(
            chart("Frechet distance", "Lower is better; " + BAND, true, RunColumns.of("fd")),
            chart("Coverage", near, false, RunColumns.of("coverage")),
            chart(
                "Errors",
                "On test images; " + BAND,
                true,
                RunColumns.of(ClassificationLine.ERRORS.key())),
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

  /** The mean of each experiment, in a band of its seeds, over all epochs with a value. */
  private Chart chart(String title, String caption, boolean log, Measure<Member> measure) {
    NavigableSet<Integer> epochs = new TreeSet<>();
    for (Member run : runs) {
      run.epochs().stream()
          .map(EpochLine::epoch)
          .filter(e -> Double.isFinite(measure.value().applyAsDouble(run.at(e))))
          .forEach(epochs::add);
    }
    List<Series> curves = groups.stream().map(group -> curve(group, measure, epochs)).toList();
    boolean positive =
        curves.stream()
            .flatMap(curve -> Stream.concat(curve.values().stream(), curve.low().stream()))
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

  private static Series curve(
      RunGroup group, Measure<Member> measure, NavigableSet<Integer> epochs) {
    List<SummaryStatistics> seeds = epochs.stream().map(e -> new SummaryStatistics()).toList();
    for (Member run : group.runs()) {
      double[] values = run.curve(measure, epochs);
      for (int i = 0; i < values.length; i++) {
        if (Double.isFinite(values[i])) {
          seeds.get(i).addValue(values[i]);
        }
      }
    }
    double[] means = seeds.stream().mapToDouble(SummaryStatistics::getMean).toArray();
    int count = group.runs().size();
    return count == 1
        ? Series.of(group.runs().get(0).name(), means)
        : Series.of("%s, %d seeds".formatted(group.label(), count), means)
            .between(
                seeds.stream().mapToDouble(SummaryStatistics::getMin).toArray(),
                seeds.stream().mapToDouble(SummaryStatistics::getMax).toArray());
  }

  private String sheets(Folder target) {
    StringBuilder sheets = new StringBuilder("<div class=\"sheets\">\n");
    for (Member run : runs) {
      byte[] png = new RunPictures(run.folder()).newestGrid();
      if (png.length > 0) {
        String name = Table.escape(run.name());
        sheets.append(
            "<figure><img src=\"%s\" alt=\"Samples of %s\"><figcaption><a href=\"%s/%s\">%2$s</a></figcaption></figure>\n"
                .formatted(
                    HtmlPage.dataUri(png),
                    name,
                    Table.escape(target.addressOf(run.folder())),
                    RunPage.PAGE));
      }
    }
    return sheets.append("</div>\n").toString();
  }
}
