package io.momentgan.report;

import io.momentgan.evaluation.Measure;
import io.momentgan.report.RunGroup.Member;
import io.momentgan.run.metrics.EpochLine;
import io.momentgan.run.metrics.QualityLine;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.geom.Ellipse2D;
import java.awt.image.BufferedImage;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.LogAxis;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.ValueAxis;
import org.jfree.chart.plot.CombinedDomainXYPlot;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/**
 * A figure of lines as a PNG file: one panel or several, one above the other, over one x axis.
 *
 * @param title empty for none
 * @param x name of the x axis; {@link #EPOCH} has whole numbers, others may be logarithmic
 * @param panels the panels, those without lines left out
 */
record LinePlot(String title, String x, List<Panel> panels) {
  static final String EPOCH = "Epoch";
  static final int WIDTH_PIXELS = 1000;
  private static final int ONE_PANEL_PIXELS = 560;
  private static final int MORE_PANELS_PIXELS = 800;

  /** Okabe and Ito's colours, which the colour-blind can tell apart. */
  private static final Color[] COLOURS = {
    new Color(0x0072B2),
    new Color(0xD55E00),
    new Color(0x009E73),
    new Color(0xCC79A7),
    new Color(0xE69F00),
    new Color(0x56B4E9)
  };

  private static final Color GRID = new Color(0xDDDDDD);
  private static final double WIDE_RANGE = 10;
  private static final int FEW_POINTS = 30;
  private static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 22);
  private static final Font TEXT = new Font(Font.SANS_SERIF, Font.PLAIN, 15);

  /**
   * A panel.
   *
   * @param y name of the y axis, logarithmic if its values span more than a factor of ten
   * @param zero whether the line of 0 is drawn, on a linear axis
   * @param lines the lines
   */
  record Panel(String y, boolean zero, List<Line> lines) {
    Panel {
      lines = lines.stream().filter(line -> finite(line.y()).findAny().isPresent()).toList();
    }
  }

  /**
   * A line.
   *
   * @param name for the legend
   * @param x one value per point
   * @param y one value per point; a value that is not finite leaves a gap
   * @param colour index of its colour
   * @param dashed whether others are read against it
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Line(String name, double[] x, double[] y, int colour, boolean dashed) {
    XYSeries series() {
      XYSeries series = new XYSeries(name, false);
      for (int i = 0; i < x.length; i++) {
        // JFreeChart leaves a gap at null.
        series.add(Double.valueOf(x[i]), Double.isFinite(y[i]) ? Double.valueOf(y[i]) : null);
      }
      return series;
    }
  }

  LinePlot {
    panels = panels.stream().filter(panel -> !panel.lines().isEmpty()).toList();
  }

  /** A measure over epochs, a line for each run. */
  static LinePlot overEpochs(Measure<Member> measure, List<Member> runs) {
    List<Line> lines = new ArrayList<>();
    for (Member run : runs) {
      // Epochs without an evaluation are no gap.
      List<Integer> epochs =
          RunColumns.isQuality(measure.key())
              ? run.quality().stream().map(QualityLine::epoch).distinct().toList()
              : run.epochs().stream().map(EpochLine::epoch).toList();
      double[] x = epochs.stream().mapToDouble(Integer::doubleValue).toArray();
      lines.add(new Line(run.name(), x, run.curve(measure, epochs), lines.size(), false));
    }
    String unit = measure.unit().isEmpty() ? "" : " (%s)".formatted(measure.unit());
    boolean zero = measure.equals(RunColumns.LOG_RATIO);
    return new LinePlot("", EPOCH, List.of(new Panel(measure.name() + unit, zero, lines)));
  }

  byte[] png() {
    CombinedDomainXYPlot plot = new CombinedDomainXYPlot(xAxis());
    plot.setGap(18);
    panels.forEach(panel -> plot.add(drawn(panel), 1));
    JFreeChart chart = new JFreeChart(title, TITLE, plot, true);
    chart.setBackgroundPaint(Color.WHITE);
    chart.setPadding(new RectangleInsets(12, 12, 8, 24));
    chart.getLegend().setItemFont(TEXT);
    int height = panels.size() > 1 ? MORE_PANELS_PIXELS : ONE_PANEL_PIXELS;
    return ImageGrid.encode(
        chart.createBufferedImage(WIDTH_PIXELS, height, BufferedImage.TYPE_INT_RGB, null));
  }

  static XYPlot drawn(Panel panel) {
    XYSeriesCollection data = new XYSeriesCollection();
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, false);
    renderer.setDrawSeriesLineAsPath(true);
    for (Line line : panel.lines()) {
      int index = data.getSeriesCount();
      data.addSeries(line.series());
      boolean dashed = line.dashed() || line.colour() >= COLOURS.length;
      renderer.setSeriesPaint(index, COLOURS[line.colour() % COLOURS.length]);
      renderer.setSeriesStroke(index, stroke(dashed));
      renderer.setSeriesShapesVisible(index, line.x().length <= FEW_POINTS && !line.dashed());
      renderer.setSeriesShape(index, new Ellipse2D.Double(-3, -3, 6, 6));
    }
    double[] values = panel.lines().stream().flatMapToDouble(line -> finite(line.y())).toArray();
    XYPlot plot = new XYPlot(data, null, axis(panel.y(), values, panel.zero()), renderer);
    plot.setBackgroundPaint(Color.WHITE);
    plot.setDomainGridlinePaint(GRID);
    plot.setRangeGridlinePaint(GRID);
    if (panel.zero()) {
      ValueMarker zero = new ValueMarker(0, Color.BLACK, new BasicStroke(2));
      zero.setAlpha(1);
      plot.addRangeMarker(zero);
    }
    return plot;
  }

  private static BasicStroke stroke(boolean dashed) {
    return dashed
        ? new BasicStroke(
            1.8f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {7, 5}, 0)
        : new BasicStroke(2.2f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
  }

  private ValueAxis xAxis() {
    double[] values =
        panels.stream()
            .flatMap(panel -> panel.lines().stream())
            .flatMapToDouble(line -> finite(line.x()))
            .toArray();
    if (!x.equals(EPOCH)) {
      return axis(x, values, false);
    }
    NumberAxis epochs = styled(new NumberAxis(x));
    epochs.setStandardTickUnits(NumberAxis.createIntegerTickUnits());
    epochs.setAutoRangeIncludesZero(false);
    return epochs;
  }

  private static ValueAxis axis(String label, double[] values, boolean linear) {
    double least = DoubleStream.of(values).min().orElse(0);
    double most = DoubleStream.of(values).max().orElse(1);
    if (!linear && least > 0 && most / least > WIDE_RANGE) {
      LogAxis axis = styled(new LogAxis(label + ", log scale"));
      axis.setBase(2);
      axis.setTickUnit(new NumberTickUnit(1));
      axis.setNumberFormatOverride(
          new DecimalFormat("#,##0.###", DecimalFormatSymbols.getInstance(Locale.ROOT)));
      return axis;
    }
    NumberAxis axis = styled(new NumberAxis(label));
    axis.setAutoRangeIncludesZero(true);
    axis.setAutoRangeStickyZero(!linear); // no room below 0 for what is never below it
    return axis;
  }

  private static <T extends ValueAxis> T styled(T axis) {
    axis.setLabelFont(TEXT);
    axis.setTickLabelFont(TEXT);
    return axis;
  }

  private static DoubleStream finite(double[] values) {
    return DoubleStream.of(values).filter(Double::isFinite);
  }
}
