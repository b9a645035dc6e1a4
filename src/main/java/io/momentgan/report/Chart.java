package io.momentgan.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;

/**
 * A chart of a page: drawn by the page's charting library, and given as a table too, for readers
 * who do not see it.
 *
 * @param id unique on the page
 * @param title heading
 * @param caption how to read it
 * @param type "line" or "bar"
 * @param x name of the x axis
 * @param y name of the y axis, with its unit
 * @param logarithmic whether the values are spread over orders of magnitude
 * @param labels one per place on the x axis
 * @param series the curves
 */
record Chart(
    String id,
    String title,
    String caption,
    String type,
    String x,
    String y,
    boolean logarithmic,
    List<String> labels,
    List<Series> series) {
  /**
   * A curve.
   *
   * @param name for the legend
   * @param values one per label; null where there is none
   * @param reference whether others are read against it
   */
  record Series(String name, List<Double> values, boolean reference) {
    /** A curve of values; NaN stands for none. */
    static Series of(String name, double... values) {
      List<Double> finite = new ArrayList<>();
      for (double value : values) {
        finite.add(Double.isFinite(value) ? Double.valueOf(value) : null);
      }
      return new Series(name, finite, false);
    }

    static Series constant(String name, double value, int length) {
      return of(name, DoubleStream.generate(() -> value).limit(length).toArray()).asReference();
    }

    Series asReference() {
      return new Series(name, values, true);
    }
  }

  static Chart overEpochs(
      String id,
      String title,
      String caption,
      String y,
      boolean logarithmic,
      List<String> labels,
      Series... series) {
    return new Chart(id, title, caption, "line", "epoch", y, logarithmic, labels, List.of(series));
  }

  String html() {
    return """
        <figure>
        <h3>%s</h3>
        <div class="canvas"><canvas id="%s" role="img" aria-label="%s"></canvas></div>
        <figcaption>%s</figcaption>
        %s</figure>
        """
        .formatted(
            Table.escape(title),
            Table.escape(id),
            Table.escape(title + ". " + caption + " The figures follow as a table."),
            Table.escape(caption),
            HtmlPage.details("The figures", table()));
  }

  private String table() {
    List<String> heads = new ArrayList<>(List.of(x));
    series.forEach(each -> heads.add(each.name()));
    Table table = new Table("l" + "r".repeat(series.size()), heads);
    for (int i = 0; i < labels.size(); i++) {
      List<String> cells = new ArrayList<>(List.of(labels.get(i)));
      for (Series each : series) {
        cells.add(number(each.values().get(i)));
      }
      table.row(cells);
    }
    return table.html();
  }

  private static String number(Double value) {
    return value == null ? "-" : String.format(Locale.ROOT, "%.4g", value);
  }
}
