package io.momentgan.report;

import io.momentgan.evaluation.Quality;
import io.momentgan.report.Chart.Series;
import io.momentgan.run.EpochLine;
import io.momentgan.run.QualityLine;
import io.momentgan.storage.Folder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Several runs on one HTML page: a table over seeds, curves over one another, sheets side by side.
 */
public final class ComparisonPage {
  private static final QualityMeasure THREE_DECIMALS = new QualityMeasure("", "", 3, Quality::fd);
  private static final List<QualityMeasure> COLUMNS =
      List.of(
          QualityMeasure.FD,
          QualityMeasure.KID,
          QualityMeasure.PRECISION,
          QualityMeasure.RECALL,
          QualityMeasure.DENSITY,
          QualityMeasure.COVERAGE,
          QualityMeasure.SCORE,
          QualityMeasure.MISSING,
          QualityMeasure.MEMORISATION);

  private final List<RunGroup> groups;
  private final List<RunGroup.Member> runs;

  private ComparisonPage(List<RunGroup> groups) {
    this.groups = groups;
    this.runs = groups.stream().flatMap(group -> group.runs().stream()).toList();
  }

  /**
   * The page.
   *
   * @param folders the runs' folders
   * @return its HTML, which needs nothing beside it
   */
  public static String html(List<Folder> folders) {
    return new ComparisonPage(RunGroup.of(folders)).page();
  }

  /**
   * The figure of the runs' log loss ratios as a PNG file.
   *
   * @param folders the runs' folders
   */
  public static byte[] ratioPlot(List<Folder> folders) {
    Map<String, List<EpochLine>> epochs = new LinkedHashMap<>();
    new ComparisonPage(RunGroup.of(folders))
        .runs.forEach(
            run -> {
              String name = name(run);
              epochs.put(
                  epochs.containsKey(name) ? name + ", " + run.folder().name() : name,
                  run.epochs());
            });
    return LossRatioPlot.png(epochs);
  }

  private String page() {
    HtmlPage page = new HtmlPage("Comparison of %d runs".formatted(runs.size()));
    page.add("<h1>Comparison of %d runs</h1>\n".formatted(runs.size()))
        .add("<h2>Quality</h2>\n")
        .add(
            "<p class=\"quiet\">Newest evaluation of each run: mean ± standard deviation over the seeds."
                + " Figures of different extractors or numbers of images are not comparable.</p>\n")
        .add(table())
        .add(warning())
        .add("<h2>Over the epochs</h2>\n")
        .add(flags())
        .add(charts())
        .add("<h2>Samples</h2>\n")
        .add(sheets());
    return page.html();
  }

  private String table() {
    StringBuilder table =
        new StringBuilder(
            "<div class=\"scroll\"><table>\n<tr><th>Experiment</th><th>Seeds</th><th>Epochs</th>");
    COLUMNS.forEach(column -> table.append(header(column.name())));
    table.append(header("D loss")).append(header("G loss, adversarial")).append("</tr>\n");
    groups.forEach(group -> table.append(row(group)));
    runs.stream()
        .flatMap(run -> run.newest().stream())
        .findFirst()
        .ifPresent(
            line ->
                table
                    .append(bound("Real images", line.real()))
                    .append(bound("Independent pixels", line.independentPixels())));
    return table.append("</table></div>\n").toString();
  }

  private static String header(String text) {
    return "<th class=\"number\">%s</th>".formatted(HtmlPage.escape(text));
  }

  private static String cell(String text) {
    return "<td class=\"number\">%s</td>".formatted(HtmlPage.escape(text));
  }

  private static String row(RunGroup group) {
    StringBuilder row =
        new StringBuilder(
            "<tr><td>%s</td><td>%s</td><td>%s</td>"
                .formatted(
                    HtmlPage.escape(group.name()),
                    HtmlPage.escape((group.seeds() + " " + group.measured()).strip()),
                    group.epochs()));
    COLUMNS.forEach(column -> row.append(cell(group.spread(column).text(column))));
    row.append(cell(group.lastEpoch(EpochLine::dLossEpochMean).text(THREE_DECIMALS)));
    row.append(cell(group.lastEpoch(EpochLine::gBceEpochMean).text(THREE_DECIMALS)));
    return row.append("</tr>\n").toString();
  }

  private static String bound(String name, Quality quality) {
    StringBuilder row = new StringBuilder("<tr><td>%s</td><td></td><td></td>".formatted(name));
    COLUMNS.forEach(column -> row.append(cell(column.of(quality))));
    return row.append(cell("-")).append(cell("-")).append("</tr>\n").toString();
  }

  /** Figures of different extractors must not be compared without saying so. */
  private String warning() {
    List<String> extractors =
        runs.stream()
            .flatMap(run -> run.newest().stream())
            .map(line -> "%s with %d images".formatted(line.extractor(), line.quality().n()))
            .distinct()
            .toList();
    return extractors.size() < 2
        ? ""
        : "<p class=\"alarm\">These runs were measured differently: %s.</p>\n"
            .formatted(HtmlPage.escape(String.join("; ", extractors)));
  }

  private String flags() {
    return runs.stream()
        .flatMap(run -> LossRatio.flags(name(run), run.epochs()).stream())
        .map(flag -> "<p class=\"alarm\">%s</p>\n".formatted(HtmlPage.escape(flag)))
        .collect(Collectors.joining());
  }

  private List<Chart> charts() {
    List<Chart> charts = new ArrayList<>();
    if (runs.stream().anyMatch(run -> !run.quality().isEmpty())) {
      charts.add(quality("fd", "Frechet distance", "Lower is better.", true, Quality::fd));
      charts.add(
          quality(
              "coverage",
              "Coverage",
              "Share of real images that have a generated one near.",
              false,
              Quality::coverage));
    }
    charts.add(training("d-loss", "Discriminator loss", "nats", false, EpochLine::dLossEpochMean));
    charts.add(
        training("g-loss", "Generator loss, adversarial", "nats", false, EpochLine::gBceEpochMean));
    charts.add(ratio());
    charts.add(
        training(
            "moment-mean",
            "Moment distance, mean term, over its floor",
            "ratio",
            true,
            e -> e.momentMeanEpochMean() / e.momentMeanFloor()));
    charts.add(
        training(
            "moment-variance",
            "Moment distance, variance term, over its floor",
            "ratio",
            true,
            e -> e.momentVarEpochMean() / e.momentVarFloor()));
    return charts;
  }

  private Chart quality(
      String id,
      String title,
      String caption,
      boolean logarithmic,
      ToDoubleFunction<Quality> value) {
    return chart(
        id,
        title,
        caption,
        title,
        logarithmic,
        run ->
            run.quality().stream()
                .collect(
                    Collectors.toMap(
                        QualityLine::epoch,
                        line -> value.applyAsDouble(line.quality()),
                        (older, newer) -> newer)));
  }

  private Chart ratio() {
    Chart lines =
        chart(
            "log-ratio",
            "Log loss ratio",
            LossRatio.CAPTION,
            LossRatio.AXIS,
            false,
            run ->
                run.epochs().stream()
                    .collect(Collectors.toMap(EpochLine::epoch, e -> LossRatio.of(e).log())));
    return lines.with(Series.constant("0", 0, lines.labels().size()));
  }

  private Chart training(
      String id, String title, String y, boolean logarithmic, ToDoubleFunction<EpochLine> value) {
    return chart(
        id,
        title,
        "Means over each epoch.",
        y,
        logarithmic,
        run ->
            run.epochs().stream()
                .collect(Collectors.toMap(EpochLine::epoch, value::applyAsDouble)));
  }

  private Chart chart(
      String id,
      String title,
      String caption,
      String y,
      boolean logarithmic,
      Function<RunGroup.Member, Map<Integer, Double>> points) {
    List<Map<Integer, Double>> curves = runs.stream().map(points).toList();
    TreeSet<Integer> epochs = new TreeSet<>();
    curves.forEach(curve -> epochs.addAll(curve.keySet()));
    List<Series> series =
        IntStream.range(0, runs.size())
            .mapToObj(
                i ->
                    Series.of(
                        name(runs.get(i)),
                        epochs.stream()
                            .mapToDouble(e -> curves.get(i).getOrDefault(e, Double.NaN))
                            .toArray()))
            .toList();
    List<String> labels = epochs.stream().map(String::valueOf).toList();
    return new Chart(id, title, caption, "line", "epoch", y, logarithmic, labels, series);
  }

  private static String name(RunGroup.Member run) {
    return "%s, seed %s".formatted(run.record().name(), run.seed());
  }

  private String sheets() {
    StringBuilder sheets = new StringBuilder("<div class=\"sheets\">\n");
    for (RunGroup.Member run : runs) {
      byte[] png = RunReport.newestGrid(run.folder());
      if (png.length > 0) {
        String name = HtmlPage.escape(name(run));
        sheets.append(
            "<figure><img src=\"%s\" alt=\"Samples of %s\"><figcaption>%s</figcaption></figure>\n"
                .formatted(HtmlPage.dataUri(png), name, name));
      }
    }
    return sheets.append("</div>\n").toString();
  }
}
