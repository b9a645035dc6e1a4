package io.momentgan.output;

import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The report of a run as one HTML page that needs nothing beside it: styles and pictures are in it.
 *
 * <p>All texts are plain and are escaped here.
 *
 * @param title the run
 * @param description what was run; may be empty
 * @param origin data and time of the run, one line
 * @param figures the final figures
 * @param lossPlot a PNG file, or empty bytes for none; never mutated
 * @param sampleSheet a PNG file, or empty bytes for none; never mutated
 * @param grids the grids of fixed z, oldest first
 * @param settings the run's record, as YAML
 * @param versions versions by library
 * @param alarms what looked wrong
 */
@SuppressWarnings("ArrayRecordComponent") // pages are compared by nobody
record ReportPage(
    String title,
    String description,
    String origin,
    List<Summary.Figure> figures,
    byte[] lossPlot,
    byte[] sampleSheet,
    List<Grid> grids,
    String settings,
    Map<String, String> versions,
    List<String> alarms) {
  private static final String STYLE =
      """
      body { font: 16px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff;
             max-width: 60rem; margin: 0 auto; padding: 1rem; }
      h1 { line-height: 1.2; overflow-wrap: anywhere; margin-bottom: 0.3rem; }
      h2 { margin: 2rem 0 0.5rem; border-bottom: 1px solid #ccc; }
      img { max-width: 100%; height: auto; }
      .grid { image-rendering: pixelated; width: 30rem; }
      figure { margin: 0; }
      table { border-collapse: collapse; width: 100%; }
      th, td { text-align: left; padding: 0.3rem 0.8rem 0.3rem 0; border-bottom: 1px solid #e5e5e5;
               vertical-align: top; }
      td.number, th.number { text-align: right; font-variant-numeric: tabular-nums;
                             white-space: nowrap; }
      pre { overflow-x: auto; background: #f5f5f5; padding: 0.8rem; font-size: 0.85rem; }
      .quiet { color: #555; overflow-wrap: anywhere; }
      .alarm { border-left: 4px solid #d55e00; padding-left: 0.8rem; margin: 0.4rem 0; }
      input[type=range] { width: 100%; max-width: 30rem; display: block; }
      details { margin-top: 1.5rem; }
      @media (max-width: 40rem) {
        .figures tr { display: grid; grid-template-columns: 1fr 5.5rem 5.5rem; padding: 0.3rem 0;
                      border-bottom: 1px solid #e5e5e5; }
        .figures th, .figures td { border: 0; padding: 0; }
        .figures th.number { white-space: normal; }
        .figures th:last-child, .figures td:last-child { grid-column: 1 / -1; color: #555; }
      }
      """;
  private static final String SCRIPT =
      """
      const slider = document.getElementById("slider");
      const grid = document.getElementById("grid");
      slider.parentElement.hidden = false;
      slider.addEventListener("input", () => {
        const [epoch, source] = grids[slider.value];
        grid.src = source;
        grid.alt = "Samples of the generator after epoch " + epoch;
        document.getElementById("epoch").textContent = epoch;
      });
      """;

  /**
   * A grid of samples.
   *
   * @param epoch after which it was drawn
   * @param png the file; never mutated
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Grid(int epoch, byte[] png) {}

  /** The page. */
  String html() {
    return """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>%s</title>
        <style>
        %s</style>
        </head>
        <body>
        <h1>%s</h1>
        <p>%s</p>
        <p class="quiet">%s</p>
        """
            .formatted(escape(title), STYLE, escape(title), escape(description), escape(origin))
        + alarmList()
        + summaryTable()
        + picture("Losses", lossPlot, "Losses and moment terms over the epochs", "")
        + picture(
            "Samples over the training",
            sampleSheet,
            "Rows of six samples each, from the first epoch to the last",
            "")
        + gridViewer()
        + details("Run record: settings, data and versions", "<pre>" + escape(settings) + "</pre>")
        + details("Versions", versionTable())
        + "</body>\n</html>\n";
  }

  private String alarmList() {
    return alarms.isEmpty()
        ? "<p>No alarms.</p>\n"
        : "<h2>Alarms</h2>\n"
            + alarms.stream()
                .map(alarm -> "<p class=\"alarm\">%s</p>\n".formatted(escape(alarm)))
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
            escape(figure.name()),
            escape(figure.last()),
            escape(figure.mean()),
            escape(figure.against()));
  }

  private static String picture(String heading, byte[] png, String alt, String attributes) {
    return png.length == 0
        ? ""
        : "<h2>%s</h2>\n<figure><img src=\"%s\" alt=\"%s\"%s></figure>\n"
            .formatted(heading, dataUri(png), alt, attributes);
  }

  private String gridViewer() {
    if (grids.isEmpty()) {
      return "";
    }
    int last = grids.size() - 1;
    int epoch = grids.get(last).epoch();
    String picture =
        picture(
            "Samples of the same z",
            grids.get(last).png(),
            "Samples of the generator after epoch " + epoch,
            " id=\"grid\" class=\"grid\"");
    return last == 0 ? picture : picture + slider(last, epoch);
  }

  private String slider(int last, int epoch) {
    String sources =
        grids.stream()
            .map(grid -> "[%d, \"%s\"]".formatted(grid.epoch(), dataUri(grid.png())))
            .collect(Collectors.joining(",\n"));
    return """
        <label hidden>After epoch <output id="epoch">%d</output>
        <input type="range" id="slider" min="0" max="%d" value="%d"></label>
        <script>
        const grids = [%s];
        %s</script>
        """
        .formatted(epoch, last, last, sources, SCRIPT);
  }

  private String versionTable() {
    return "<table>"
        + versions.entrySet().stream()
            .map(
                v ->
                    "<tr><td>%s</td><td>%s</td></tr>"
                        .formatted(escape(v.getKey()), escape(v.getValue())))
            .collect(Collectors.joining("\n"))
        + "</table>";
  }

  private static String details(String summary, String content) {
    return "<details><summary>%s</summary>%s</details>\n".formatted(summary, content);
  }

  private static String dataUri(byte[] png) {
    return "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
  }

  /** Makes a text safe in HTML content and attributes. */
  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
