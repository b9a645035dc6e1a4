package io.momentgan.report.page;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.geom.Ellipse2D;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import org.apache.commons.text.StringEscapeUtils;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.CombinedDomainXYPlot;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.DeviationRenderer;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;
import org.jfree.data.xy.YIntervalSeries;
import org.jfree.data.xy.YIntervalSeriesCollection;

/**
 * A figure of lines: one panel or several, one above the other, over one x axis.
 *
 * @param title empty for none
 * @param x name of the x axis; {@link #EPOCH} has whole numbers, others may be logarithmic
 * @param panels the panels, those without lines left out
 */
public record LinePlot(String title, String x, List<Panel> panels) {
  /** Name of an x axis of epochs. */
  public static final String EPOCH = "Epoch";

  private static final int WIDTH_PIXELS = 1000;
  private static final int ONE_PANEL_PIXELS = 560;
  private static final int MORE_PANELS_PIXELS = 800;

  static final Color GRID = new Color(0xDDDDDD);
  private static final BasicStroke SOLID =
      new BasicStroke(2.2f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);

  /** On, off, on, ... in pixels. */
  static final float[][] DASHES = {{7, 5}, {2, 4}, {12, 4, 2, 4}, {12, 8}};

  private static final float BAND_OPACITY = 0.2f;
  private static final double WIDE_RANGE = 10;
  private static final int FEW_POINTS = 30;

  /** Scales of a y axis. */
  public enum Scale {
    /** Linear. */
    LINEAR,
    /** Linear, with the line of 0 drawn. */
    ABOUT_ZERO,
    /** Logarithmic if all values are positive and span more than a factor of ten. */
    BY_RANGE
  }

  /**
   * A panel.
   *
   * @param y name of the y axis
   * @param scale of the y axis
   * @param lines the lines
   */
  public record Panel(String y, Scale scale, List<Line> lines) {
    /** Leaves out lines without values. */
    public Panel {
      lines = lines.stream().filter(line -> finite(line.y()).findAny().isPresent()).toList();
    }
  }

  /**
   * A line.
   *
   * @param name for the legend
   * @param x one value per point
   * @param y one value per point; a value that is not finite leaves a gap
   * @param low lower edge of a band around the line, one per point; empty for none
   * @param high its upper edge
   * @param colour index of its colour; {@link #GREY} for grey
   * @param dashed whether others are read against it
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Line(
      String name,
      double[] x,
      double[] y,
      double[] low,
      double[] high,
      int colour,
      boolean dashed) {
    /** Index of grey. */
    static final int GREY = -1;

    /** A line without a band. */
    public Line(String name, double[] x, double[] y, int colour, boolean dashed) {
      this(name, x, y, new double[0], new double[0], colour, dashed);
    }

    private XYSeries series() {
      XYSeries series = new XYSeries(name, false);
      for (int i = 0; i < x.length; i++) {
        // JFreeChart leaves a gap at null.
        series.add(Double.valueOf(x[i]), Double.isFinite(y[i]) ? Double.valueOf(y[i]) : null);
      }
      return series;
    }

    private YIntervalSeries band() {
      YIntervalSeries band = new YIntervalSeries(name, false, true);
      for (int i = 0; i < low.length; i++) {
        if (Double.isFinite(low[i]) && Double.isFinite(high[i])) {
          band.add(x[i], y[i], low[i], high[i]);
        }
      }
      return band;
    }

    private Color paint() {
      return colour == GREY ? Drawing.REFERENCE : Drawing.COLOURS[colour % Drawing.COLOURS.length];
    }
  }

  /** Leaves out panels without lines. */
  public LinePlot {
    panels = panels.stream().filter(panel -> !panel.lines().isEmpty()).toList();
  }

  /** Draws the figure. */
  public Drawing drawing() {
    return drawing(WIDTH_PIXELS, panels.size() > 1 ? MORE_PANELS_PIXELS : ONE_PANEL_PIXELS);
  }

  Drawing drawing(int width, int height) {
    CombinedDomainXYPlot plot = new CombinedDomainXYPlot(xAxis());
    plot.setGap(18);
    panels.forEach(panel -> plot.add(drawn(panel), 1));
    return Drawing.of(title, plot, width, height);
  }

  /** The values as CSV: a row per point, in the lines' order. */
  public String csv() {
    StringBuilder csv = new StringBuilder("line,x,y\n");
    for (Panel panel : panels) {
      for (Line line : panel.lines()) {
        for (int i = 0; i < line.x().length; i++) {
          csv.append(StringEscapeUtils.escapeCsv(line.name()))
              .append(',')
              .append(line.x()[i])
              .append(',')
              .append(Double.isFinite(line.y()[i]) ? Double.toString(line.y()[i]) : "")
              .append('\n');
        }
      }
    }
    return csv.toString();
  }

  static XYPlot drawn(Panel panel) {
    XYSeriesCollection data = new XYSeriesCollection();
    YIntervalSeriesCollection bands = new YIntervalSeriesCollection();
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, false);
    DeviationRenderer bandRenderer = new DeviationRenderer(false, false);
    renderer.setDrawSeriesLineAsPath(true);
    int greys = 0;
    for (Line line : panel.lines()) {
      int index = data.getSeriesCount();
      data.addSeries(line.series());
      renderer.setSeriesPaint(index, line.paint());
      boolean grey = line.dashed() && line.colour() == Line.GREY;
      boolean dashed = line.dashed() || line.colour() >= Drawing.COLOURS.length;
      renderer.setSeriesStroke(index, dashed ? dashed(grey ? greys : 0) : SOLID);
      greys += grey ? 1 : 0;
      renderer.setSeriesShapesVisible(index, line.x().length <= FEW_POINTS && !line.dashed());
      renderer.setSeriesShape(index, new Ellipse2D.Double(-3, -3, 6, 6));
      bands.addSeries(line.band());
      bandRenderer.setSeriesFillPaint(index, line.paint());
      bandRenderer.setSeriesVisibleInLegend(index, false);
    }
    double[] values =
        panel.lines().stream()
            .flatMapToDouble(
                line ->
                    DoubleStream.concat(
                        finite(line.y()),
                        DoubleStream.concat(finite(line.low()), finite(line.high()))))
            .toArray();
    XYPlot plot = new XYPlot(data, null, axis(panel.y(), values, panel.scale()), renderer);
    bandRenderer.setAlpha(BAND_OPACITY);
    plot.setDataset(1, bands);
    plot.setRenderer(1, bandRenderer);
    plot.setBackgroundPaint(Color.WHITE);
    plot.setDomainGridlinePaint(GRID);
    plot.setRangeGridlinePaint(GRID);
    if (panel.scale() == Scale.ABOUT_ZERO) {
      ValueMarker zero = new ValueMarker(0, Color.BLACK, new BasicStroke(2));
      zero.setAlpha(1);
      plot.addRangeMarker(zero);
    }
    return plot;
  }

  /** Greys differ in their dashes. */
  private static BasicStroke dashed(int which) {
    return new BasicStroke(
        1.8f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, DASHES[which % DASHES.length], 0);
  }

  private ValueAxis xAxis() {
    double[] values =
        panels.stream()
            .flatMap(panel -> panel.lines().stream())
            .flatMapToDouble(line -> finite(line.x()))
            .toArray();
    if (!x.equals(EPOCH)) {
      return axis(x, values, Scale.BY_RANGE);
    }
    NumberAxis epochs = Drawing.styled(new NumberAxis(x));
    epochs.setStandardTickUnits(NumberAxis.createIntegerTickUnits());
    epochs.setAutoRangeIncludesZero(false);
    return epochs;
  }

  private static ValueAxis axis(String label, double[] values, Scale scale) {
    double least = DoubleStream.of(values).min().orElse(0);
    double most = DoubleStream.of(values).max().orElse(1);
    if (scale == Scale.BY_RANGE && least > 0 && most / least > WIDE_RANGE) {
      LogAxis axis = Drawing.styled(new LogAxis(label + ", log scale"));
      axis.setBase(2);
      axis.setTickUnit(new NumberTickUnit(1));
      axis.setNumberFormatOverride(
          new DecimalFormat("#,##0.###", DecimalFormatSymbols.getInstance(Locale.ROOT)));
      return axis;
    }
    NumberAxis axis = Drawing.styled(new NumberAxis(label));
    axis.setAutoRangeIncludesZero(true);
    axis.setAutoRangeStickyZero(
        scale != Scale.ABOUT_ZERO); // no room below 0 for what is never below it
    return axis;
  }

  private static DoubleStream finite(double[] values) {
    return DoubleStream.of(values).filter(Double::isFinite);
  }
}
