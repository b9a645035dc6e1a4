package io.momentgan.report;

import io.momentgan.storage.StorageFailure;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.geom.Ellipse2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jfree.chart.ChartFactory;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/** A page of what quality costs in bytes: a table, and a figure with a line per scope. */
public final class FrontierPage {
  private static final int WIDTH_PIXELS = 900;
  private static final int HEIGHT_PIXELS = 560;
  private static final double MEBIBYTE = 1048576.0;
  private static final Color[] COLORS = {
    new Color(0x0072B2), new Color(0xD55E00), new Color(0x009E73), new Color(0xCC79A7)
  };
  private static final String COLUMNS =
      """
      | K | scope | networks, MiB | moments and gradients, MiB | together, MiB | moment mean | moment var | FD | FD of the average | seconds |
      |---|---|---|---|---|---|---|---|---|---|
      """;
  private static final String EXPLANATION =
      """
      Bytes are those of all workers, both ways, over the whole run. Moment terms are those of newly drawn
      images against all training images, in the original's units; FD is the Frechet distance in the features
      of the project's own extractor, of the trained generator and of its moving average. Seconds are those of
      rounds on the machine that made the runs, with whatever else it did.

      """;

  private FrontierPage() {}

  /**
   * Writes the page and its figure.
   *
   * @param rows the runs, in the order of the table
   * @param markdownFile the page, replaced if it exists
   * @param picture the figure's file, replaced if it exists
   * @param heading what stands above the table
   */
  public static void write(
      List<FrontierRow> rows, Path markdownFile, Path picture, ResultsPage.Heading heading) {
    String link = ResultsPage.link(markdownFile, picture.toAbsolutePath().getParent());
    String page =
        heading.markdown()
            + EXPLANATION
            + COLUMNS
            + rows.stream().map(FrontierRow::markdown).collect(Collectors.joining())
            + "\n![Frechet distance over bytes, a line per scope](%s/%s)\n"
                .formatted(link, picture.getFileName());
    try {
      Files.createDirectories(picture.toAbsolutePath().getParent());
      Files.write(picture, Png.encode(draw(rows)));
      Files.writeString(markdownFile, page);
    } catch (IOException e) {
      throw StorageFailure.of("write", markdownFile, e);
    }
  }

  private static BufferedImage draw(List<FrontierRow> rows) {
    XYSeriesCollection data = new XYSeriesCollection();
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, true);
    for (String scope : rows.stream().map(FrontierRow::scope).distinct().toList()) {
      int index = data.getSeriesCount();
      data.addSeries(series(rows, scope));
      renderer.setSeriesPaint(index, COLORS[index % COLORS.length]);
      renderer.setSeriesStroke(index, new BasicStroke(2.2f));
      renderer.setSeriesShape(index, new Ellipse2D.Double(-4, -4, 8, 8));
    }
    JFreeChart chart = ChartFactory.createXYLineChart("", "", "", data);
    chart.setBackgroundPaint(Color.WHITE);
    XYPlot plot = chart.getXYPlot();
    plot.setRenderer(renderer);
    plot.setBackgroundPaint(Color.WHITE);
    plot.setDomainGridlinePaint(Color.LIGHT_GRAY);
    plot.setRangeGridlinePaint(Color.LIGHT_GRAY);
    LogAxis bytes = new LogAxis("MiB sent and received, log scale");
    bytes.setBase(2);
    bytes.setTickUnit(new NumberTickUnit(1));
    bytes.setNumberFormatOverride(
        new DecimalFormat("#,##0", DecimalFormatSymbols.getInstance(Locale.ROOT)));
    NumberAxis distance = new NumberAxis("Frechet distance");
    Font font = new Font(Font.SANS_SERIF, Font.PLAIN, 15);
    bytes.setLabelFont(font);
    bytes.setTickLabelFont(font);
    distance.setLabelFont(font);
    distance.setTickLabelFont(font);
    chart.getLegend().setItemFont(font);
    plot.setDomainAxis(bytes);
    plot.setRangeAxis(distance);
    return chart.createBufferedImage(WIDTH_PIXELS, HEIGHT_PIXELS, BufferedImage.TYPE_INT_RGB, null);
  }

  private static XYSeries series(List<FrontierRow> rows, String scope) {
    XYSeries series = new XYSeries("moments.scope: " + scope);
    rows.stream()
        .filter(row -> row.scope().equals(scope))
        .sorted(Comparator.comparingLong(FrontierRow::bytes))
        .forEach(row -> series.add(row.bytes() / MEBIBYTE, row.frechetDistance()));
    return series;
  }
}
