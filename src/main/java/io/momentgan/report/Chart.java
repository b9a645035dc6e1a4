package io.momentgan.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A chart of a page: drawn by the page's charting library, and there as a table too, for readers
 * who do not see it.
 *
 * @param id unique on the page
 * @param title what it shows
 * @param caption how to read it
 * @param type "line" or "bar"
 * @param x what the labels are
 * @param y what the values are, with their unit
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
   * @param reference whether it is something to read the others against
   */
  record Series(String name, List<Double> values, boolean reference) {
    /** A curve of what a training did; NaN stands for no value. */
    static Series of(String name, double... values) {
      return new Series(name, finite(values), false);
    }

    /** A line to read others against. */
    static Series constant(String name, double value, int length) {
      double[] values = IntStream.range(0, length).mapToDouble(i -> value).toArray();
      return new Series(name, finite(values), true);
    }

    private static List<Double> finite(double[] values) {
      return IntStream.range(0, values.length)
          .mapToObj(i -> Double.isFinite(values[i]) ? Double.valueOf(values[i]) : null)
          .collect(Collectors.toList());
    }
  }

  /** The same chart with one more curve. */
  Chart with(Series one) {
    List<Series> more = Stream.concat(series.stream(), Stream.of(one)).toList();
    return new Chart(id, title, caption, type, x, y, logarithmic, labels, more);
  }

  /** The chart's place on the page. */
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
