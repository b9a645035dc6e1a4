package io.momentgan.report;

import io.momentgan.run.EpochLine;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.geom.Ellipse2D;
import java.awt.image.BufferedImage;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.annotations.XYTitleAnnotation;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.CombinedDomainXYPlot;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.title.LegendTitle;
import org.jfree.chart.ui.RectangleAnchor;
import org.jfree.chart.ui.RectangleEdge;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/**
 * The figure of a training: losses of discriminator and generator (its adversarial part) over
 * epochs, and below them the moment terms with the floors that they are read against.
 *
 * <p>Values are those of each epoch's last batch, as in the original's figures. Without measured
 * moments there is only the upper panel. The colours are Okabe and Ito's, which the colour-blind
 * can tell apart.
 */
public final class LossPlot {
  /** Width of the figure. */
  public static final int WIDTH_PIXELS = 1000;

  /** Height of the figure. */
  public static final int HEIGHT_PIXELS = 800;

  private static final Color BLUE = new Color(0x0072B2);
  private static final Color ORANGE = new Color(0xD55E00);
  private static final Color GREEN = new Color(0x009E73);
  private static final Color PURPLE = new Color(0xCC79A7);
  private static final Color GRID = new Color(0xDDDDDD);
  private static final double WIDE_RANGE = 10;
  private static final int FEW_POINTS = 30;
  private static final double ROOM_FOR_LEGEND = 0.2;
  private static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 22);
  private static final Font LABEL = new Font(Font.SANS_SERIF, Font.PLAIN, 17);
  private static final Font TEXT = new Font(Font.SANS_SERIF, Font.PLAIN, 15);

  private static final List<Line> LOSSES =
      List.of(
          new Line("Discriminator", EpochLine::dLoss, BLUE, false),
          new Line("Generator (adversarial part)", EpochLine::gBce, ORANGE, false));
  private static final List<Line> MOMENTS =
      List.of(
          new Line("Mean term", EpochLine::momentMean, GREEN, false),
          new Line("Variance term", EpochLine::momentVar, PURPLE, false),
          new Line("Floor of the mean", EpochLine::momentMeanFloor, GREEN, true),
          new Line("Floor of the variance", EpochLine::momentVarFloor, PURPLE, true));

  private LossPlot() {}

  private record Line(String name, ToDoubleFunction<EpochLine> value, Color color, boolean dashed) {
    XYSeries series(List<EpochLine> epochs) {
      XYSeries series = new XYSeries(name);
      for (EpochLine epoch : epochs) {
        double y = value.applyAsDouble(epoch);
        // JFreeChart leaves a gap at null.
        series.add(Integer.valueOf(epoch.epoch()), Double.isFinite(y) ? Double.valueOf(y) : null);
      }
      return series;
    }

    boolean measured(List<EpochLine> epochs) {
      return epochs.stream().anyMatch(epoch -> Double.isFinite(value.applyAsDouble(epoch)));
    }

    BasicStroke stroke() {
      return dashed
          ? new BasicStroke(
              1.8f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {7, 5}, 0)
          : new BasicStroke(2.2f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
    }
  }

  /**
   * Draws the figure as a PNG file.
   *
   * @param title such as the run's name
   * @param epochs the records, in order
   * @return the file's bytes
   */
  public static byte[] png(String title, List<EpochLine> epochs) {
    return Png.encode(draw(title, epochs));
  }

  /**
   * Draws the figure.
   *
   * @param title such as the run's name
   * @param epochs the records, in order
   * @return an RGB image, {@link #WIDTH_PIXELS} x {@link #HEIGHT_PIXELS}
   */
  public static BufferedImage draw(String title, List<EpochLine> epochs) {
    NumberAxis epochAxis = styled(new NumberAxis("Epoch"));
    epochAxis.setUpperMargin(epochAxis.getLowerMargin());
    epochAxis.setStandardTickUnits(NumberAxis.createIntegerTickUnits());
    epochAxis.setAutoRangeIncludesZero(false);
    CombinedDomainXYPlot plot = new CombinedDomainXYPlot(epochAxis);
    plot.setGap(18);
    plot.add(panel("Loss (nats)", LOSSES, epochs), 1);
    if (MOMENTS.stream().anyMatch(line -> line.measured(epochs))) {
      plot.add(panel("Moment terms", MOMENTS, epochs), 1);
    }
    JFreeChart chart = new JFreeChart(title, TITLE, plot, false);
    chart.setBackgroundPaint(Color.WHITE);
    chart.setPadding(new RectangleInsets(12, 12, 8, 24));
    return chart.createBufferedImage(WIDTH_PIXELS, HEIGHT_PIXELS, BufferedImage.TYPE_INT_RGB, null);
  }

  private static XYPlot panel(String label, List<Line> lines, List<EpochLine> epochs) {
    List<Line> shown = lines.stream().filter(line -> line.measured(epochs)).toList();
    XYSeriesCollection data = new XYSeriesCollection();
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, false);
    renderer.setDrawSeriesLineAsPath(true);
    for (Line line : shown) {
      int index = data.getSeriesCount();
      data.addSeries(line.series(epochs));
      renderer.setSeriesPaint(index, line.color());
      renderer.setSeriesStroke(index, line.stroke());
      renderer.setSeriesShapesVisible(index, epochs.size() <= FEW_POINTS && !line.dashed());
      renderer.setSeriesShape(index, new Ellipse2D.Double(-3, -3, 6, 6));
    }
    XYPlot plot = new XYPlot(data, null, valueAxis(label, shown, epochs), renderer);
    plot.setBackgroundPaint(Color.WHITE);
    plot.setDomainGridlinePaint(GRID);
    plot.setRangeGridlinePaint(GRID);
    plot.addAnnotation(new XYTitleAnnotation(0.99, 0.98, legend(plot), RectangleAnchor.TOP_RIGHT));
    return plot;
  }

  private static LegendTitle legend(XYPlot plot) {
    LegendTitle legend = new LegendTitle(plot);
    legend.setItemFont(TEXT);
    legend.setBackgroundPaint(Color.WHITE);
    legend.setPosition(RectangleEdge.TOP);
    legend.setLegendItemGraphicPadding(new RectangleInsets(2, 12, 2, 4));
    return legend;
  }

  private static ValueAxis valueAxis(String label, List<Line> lines, List<EpochLine> epochs) {
    double[] values =
        lines.stream()
            .flatMapToDouble(line -> epochs.stream().mapToDouble(line.value()))
            .filter(Double::isFinite)
            .toArray();
    double least = Arrays.stream(values).min().orElse(0);
    double most = Arrays.stream(values).max().orElse(1);
    if (least > 0 && most / least > WIDE_RANGE) {
      LogAxis axis = new LogAxis(label + ", log scale");
      axis.setBase(2);
      axis.setTickUnit(new NumberTickUnit(1));
      axis.setNumberFormatOverride(
          new DecimalFormat("0.###", DecimalFormatSymbols.getInstance(Locale.ROOT)));
      return styled(axis);
    }
    NumberAxis axis = new NumberAxis(label);
    axis.setAutoRangeIncludesZero(true);
    return styled(axis);
  }

  private static <T extends ValueAxis> T styled(T axis) {
    axis.setLabelFont(LABEL);
    axis.setTickLabelFont(TEXT);
    axis.setUpperMargin(ROOM_FOR_LEGEND);
    return axis;
  }
}
