package io.momentgan.report;

import io.momentgan.run.QualityLine;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The report of a run as one HTML page that needs nothing beside it.
 *
 * <p>All texts are plain and are escaped here.
 *
 * @param title the run
 * @param description what was run; may be empty
 * @param origin data and time of the run, one line
 * @param figures the final figures
 * @param training charts of the training
 * @param quality the evaluations, oldest first
 * @param cost charts of what rounds cost
 * @param pictures what there is to see
 * @param networks the networks, as a table in HTML
 * @param settings the run's record, as YAML
 * @param versions versions by library
 * @param alarms what looked wrong
 */
record ReportPage(
    String title,
    String description,
    String origin,
    List<Summary.Figure> figures,
    List<Chart> training,
    List<QualityLine> quality,
    List<Chart> cost,
    Pictures pictures,
    String networks,
    String settings,
    Map<String, String> versions,
    List<String> alarms) {
  /**
   * A grid of samples.
   *
   * @param epoch after which it was drawn
   * @param png the file; never mutated
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Grid(int epoch, byte[] png) {}

  /**
   * Pictures, each a PNG file or empty bytes for none; never mutated.
   *
   * @param sampleSheet new samples over the epochs
   * @param interpolation ways between latent vectors
   * @param neighbours samples beside their nearest training images
   * @param grids the grids of fixed z, oldest first
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Pictures(byte[] sampleSheet, byte[] interpolation, byte[] neighbours, List<Grid> grids) {}

  /** The page. */
  String html() {
    HtmlPage page = new HtmlPage(title);
    page.add("<h1>%s</h1>\n".formatted(HtmlPage.escape(title)))
        .add("<p>%s</p>\n".formatted(HtmlPage.escape(description)))
        .add("<p class=\"quiet\">%s</p>\n".formatted(HtmlPage.escape(origin)))
        .add(alarmList());
    addGridViewer(page);
    addQuality(page);
    page.add(summaryTable());
    addCharts(page, "Training", training);
    addPictures(page);
    page.add("<h2>Networks</h2>\n").add(networks);
    addCharts(page, "What rounds cost", cost);
    return page.add(
            record(
                "Run record: settings, data and versions",
                "<pre>" + HtmlPage.escape(settings) + "</pre>"))
        .add(record("Versions", versionTable()))
        .html();
  }

  private static void addCharts(HtmlPage page, String heading, List<Chart> charts) {
    if (!charts.isEmpty()) {
      page.add("<h2>%s</h2>\n".formatted(heading)).add(charts);
    }
  }

  private void addQuality(HtmlPage page) {
    page.add("<h2>Quality</h2>\n");
    if (quality.isEmpty()) {
      page.add(
          "<p>Nothing was measured. <code>submit/local evaluate RUN</code> does so from the checkpoints,"
              + " <code>evaluation.every</code> while training.</p>\n");
    } else {
      page.add(QualityTable.html(quality)).add(RunCharts.quality(quality));
    }
  }

  private void addPictures(HtmlPage page) {
    page.add(
            HtmlPage.picture(
                "Samples over the training",
                pictures.sampleSheet(),
                "Rows of six samples each, from the first epoch to the last",
                "New samples in each epoch."))
        .add(
            HtmlPage.picture(
                "From one z to another",
                pictures.interpolation(),
                "Eight rows of images that change from one sample into another",
                "Each row goes from one latent vector to another on an arc. Where images jump, the generator knows islands."))
        .add(
            HtmlPage.picture(
                "Nearest training images",
                pictures.neighbours(),
                "Three rows: samples, their nearest training images by pixels, and by features",
                "First row: samples. Second: the nearest of all training images, by pixels. Third: the nearest of some thousand training images, by features. Copies would look the same."));
  }

  private String alarmList() {
    return alarms.isEmpty()
        ? "<p>No alarms.</p>\n"
        : "<h2>Alarms</h2>\n"
            + alarms.stream()
                .map(alarm -> "<p class=\"alarm\">%s</p>\n".formatted(HtmlPage.escape(alarm)))
                .collect(Collectors.joining());
  }

  private String summaryTable() {
    String head =
        "<tr><th>Figure</th><th class=\"number\">Last batch</th>"
            + "<th class=\"number\">Epoch mean</th><th>Read against</th></tr>\n";
    return figures.isEmpty()
        ? "<p>No epoch is finished yet.</p>\n"
        : "<h2>Final figures</h2>\n<table class=\"figures\">\n"
            + head
            + figures.stream().map(ReportPage::row).collect(Collectors.joining())
            + "</table>\n";
  }

  private static String row(Summary.Figure figure) {
    return ("<tr><td>%s</td><td class=\"number\">%s</td><td class=\"number\">%s</td>"
            + "<td>%s</td></tr>\n")
        .formatted(
            HtmlPage.escape(figure.name()),
            HtmlPage.escape(figure.last()),
            HtmlPage.escape(figure.mean()),
            HtmlPage.escape(figure.against()));
  }

  private void addGridViewer(HtmlPage page) {
    if (pictures.grids().isEmpty()) {
      return;
    }
    pictures.grids().forEach(grid -> page.addGrid(grid.epoch(), grid.png()));
    int last = pictures.grids().size() - 1;
    Grid newest = pictures.grids().get(last);
    page.add(
        """
        <h2>Samples of the same z</h2>
        <figure><img src="%s" id="grid" class="grid" alt="Samples of the generator after epoch %d"></figure>
        """
            .formatted(HtmlPage.dataUri(newest.png()), newest.epoch()));
    if (last > 0) {
      page.add(
          """
          <label hidden>After epoch <output id="epoch">%d</output>
          <input type="range" id="slider" min="0" max="%d" value="%d"></label>
          """
              .formatted(newest.epoch(), last, last));
    }
  }

  private String versionTable() {
    return "<table>"
        + versions.entrySet().stream()
            .map(
                v ->
                    "<tr><td>%s</td><td>%s</td></tr>"
                        .formatted(HtmlPage.escape(v.getKey()), HtmlPage.escape(v.getValue())))
            .collect(Collectors.joining("\n"))
        + "</table>";
  }

  private static String record(String summary, String content) {
    return HtmlPage.details(summary, content)
        .replaceFirst("<details>", "<details class=\"record\">");
  }
}
