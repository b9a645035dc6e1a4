package io.momentgan.report.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.awt.Color;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import org.jfree.chart.axis.CategoryAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.renderer.category.BarRenderer;
import org.jfree.chart.renderer.category.StandardBarPainter;
import org.jfree.data.category.DefaultCategoryDataset;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A chart of a page: drawn by the page's charting library, as a picture where that is missing or on
 * paper, and given as a table too, for readers who do not see it.
 *
 * @param id unique on the page; the name of the chart's files
 * @param title heading
 * @param caption how to read it
 * @param type "line" or "bar"
 * @param x name of the x axis
 * @param y name of the y axis, with its unit
 * @param logarithmic whether the values are spread over orders of magnitude
 * @param labels one per place on the x axis; numbers for lines
 * @param series the curves; those without a colour get one each, references are grey
 */
public record Chart(
    String id,
    String title,
    String caption,
    String type,
    String x,
    String y,
    boolean logarithmic,
    List<String> labels,
    List<Series> series) {
  private static final Logger LOG = LoggerFactory.getLogger(Chart.class);
  // Half a page wide, so that texts are legible.
  private static final int WIDTH_PIXELS = 640;
  private static final int HEIGHT_PIXELS = 400;

  public Chart {
    List<Series> coloured = new ArrayList<>();
    int next = 0;
    for (Series each : series) {
      boolean waits = each.colour() == null;
      coloured.add(waits && !each.reference() ? each.coloured(next++) : each);
    }
    series =
        coloured.stream()
            .map(each -> each.colour() == null ? each.coloured(LinePlot.Line.GREY) : each)
            .toList();
  }

  /**
   * A curve.
   *
   * @param name for the legend
   * @param values one per label; null where there is none
   * @param low lower edge of a band around the curve, one per label; empty for none
   * @param high its upper edge
   * @param colour index of its colour, -1 for grey; null to be given one
   * @param reference whether others are read against it
   */
  public record Series(
      String name,
      List<Double> values,
      List<Double> low,
      List<Double> high,
      Integer colour,
      boolean reference) {
    /** A curve of values; NaN stands for none. */
    public static Series of(String name, double... values) {
      return of(name, finite(values));
    }

    /** A curve of values; null stands for none. */
    public static Series of(String name, List<Double> values) {
      return new Series(name, values, List.of(), List.of(), null, false);
    }

    /** A horizontal line that others are read against. */
    public static Series constant(String name, double value, int length) {
      return of(name, DoubleStream.generate(() -> value).limit(length).toArray()).asReference();
    }

    private boolean hasBand() {
      return !low.isEmpty();
    }

    private List<String> heads() {
      return hasBand() ? List.of(name, name + ", least", name + ", most") : List.of(name);
    }

    private List<List<Double>> columns() {
      return hasBand() ? List.of(values, low, high) : List.of(values);
    }

    private static List<Double> finite(double... values) {
      List<Double> finite = new ArrayList<>();
      for (double value : values) {
        finite.add(Double.isFinite(value) ? Double.valueOf(value) : null);
      }
      return finite;
    }

    /** The same, read against by others. */
    public Series asReference() {
      return new Series(name, values, low, high, colour, true);
    }

    /** The same in the colour of the chart's n-th curve. */
    public Series coloured(int n) {
      return new Series(name, values, low, high, n, reference);
    }

    /** The same with a band around it; NaN stands for no edge. */
    public Series between(double[] least, double[] most) {
      return new Series(name, values, finite(least), finite(most), colour, reference);
    }
  }

  /** A chart of lines over epochs. */
  public static Chart overEpochs(
      String id,
      String title,
      String caption,
      String y,
      boolean logarithmic,
      List<String> labels,
      Series... series) {
    return new Chart(id, title, caption, "line", "epoch", y, logarithmic, labels, List.of(series));
  }

  /** Draws the chart without the page. */
  Drawing drawing() {
    return type.equals("bar") ? bars() : lines().drawing(WIDTH_PIXELS, HEIGHT_PIXELS);
  }

  private LinePlot lines() {
    double[] places = labels.stream().mapToDouble(Double::parseDouble).toArray();
    List<LinePlot.Line> lines =
        series.stream()
            .map(
                each ->
                    new LinePlot.Line(
                        each.name(),
                        places,
                        numbers(each.values()),
                        numbers(each.low()),
                        numbers(each.high()),
                        each.colour(),
                        each.reference()))
            .toList();
    LinePlot.Scale scale = logarithmic ? LinePlot.Scale.BY_RANGE : LinePlot.Scale.LINEAR;
    String axis = x.equals("epoch") ? LinePlot.EPOCH : x;
    return new LinePlot(title, axis, List.of(new LinePlot.Panel(y, scale, lines)));
  }

  private static double[] numbers(List<Double> values) {
    return values.stream().mapToDouble(v -> v == null ? Double.NaN : v).toArray();
  }

  private Drawing bars() {
    DefaultCategoryDataset data = new DefaultCategoryDataset();
    BarRenderer renderer = new BarRenderer();
    renderer.setBarPainter(new StandardBarPainter());
    renderer.setShadowVisible(false);
    for (int i = 0; i < series.size(); i++) {
      Series each = series.get(i);
      renderer.setSeriesPaint(i, Drawing.COLOURS[each.colour() % Drawing.COLOURS.length]);
      for (int j = 0; j < labels.size(); j++) {
        data.addValue(each.values().get(j), each.name(), labels.get(j));
      }
    }
    CategoryPlot plot =
        new CategoryPlot(
            data, Drawing.styled(new CategoryAxis(x)), Drawing.styled(new NumberAxis(y)), renderer);
    plot.setBackgroundPaint(Color.WHITE);
    plot.setRangeGridlinePaint(LinePlot.GRID);
    return Drawing.of(title, plot, WIDTH_PIXELS, HEIGHT_PIXELS);
  }

  String html() {
    String description = Table.escape(title + ". " + caption + " The figures follow as a table.");
    return """
        <figure>
        <h3>%s</h3>
        <div class="canvas"><canvas id="%s" role="img" aria-label="%s"></canvas>
        %s</div>
        <figcaption>%s</figcaption>
        %s</figure>
        """
        .formatted(
            Table.escape(title),
            Table.escape(id),
            description,
            picture(description),
            Table.escape(caption),
            HtmlPage.details(
                "The figures",
                "<p hidden>Files: <a download=\"%1$s.svg\">SVG</a>, <a download=\"%1$s.csv\">CSV</a></p>\n%2$s"
                    .formatted(Table.escape(id), table())));
  }

  /** The chart as a picture; nothing where it cannot be drawn, say for want of fonts. */
  private String picture(String description) {
    try {
      byte[] svg = drawing().svg().getBytes(UTF_8);
      return "<img class=\"drawn\" alt=\"%s\" src=\"data:image/svg+xml;base64,%s\">"
          .formatted(description, Base64.getEncoder().encodeToString(svg));
    } catch (RuntimeException | LinkageError | InternalError e) {
      LOG.warn("The page goes without a picture of the chart {}", id, e);
      return "";
    }
  }

  private String table() {
    List<String> heads = new ArrayList<>(List.of(x));
    series.forEach(each -> heads.addAll(each.heads()));
    Table table = new Table("l" + "r".repeat(heads.size() - 1), heads);
    for (int i = 0; i < labels.size(); i++) {
      List<String> cells = new ArrayList<>(List.of(labels.get(i)));
      for (Series each : series) {
        for (List<Double> column : each.columns()) {
          cells.add(number(column.get(i)));
        }
      }
      table.row(cells);
    }
    return table.html();
  }

  private static String number(Double value) {
    return value == null ? "-" : String.format(Locale.ROOT, "%.4g", value);
  }
}
