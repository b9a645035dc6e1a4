package io.momentgan.report;

import io.momentgan.run.EpochLine;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Map;
import org.jfree.chart.ChartFactory;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.plot.ValueMarker;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/** The figure of log loss ratios over epochs: a line per run, and the line of 0. */
final class LossRatioPlot {
  private static final int WIDTH_PIXELS = 1000;
  private static final int HEIGHT_PIXELS = 560;
  private static final int FEW_POINTS = 30;
  private static final Color[] COLORS = {
    new Color(0x0072B2),
    new Color(0xD55E00),
    new Color(0x009E73),
    new Color(0xCC79A7),
    new Color(0xE69F00),
    new Color(0x56B4E9)
  };
  private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 15);

  private LossRatioPlot() {}

  /**
   * Draws the figure as a PNG file.
   *
   * @param runs the epochs of each run by its name, in the order of the legend
   * @return the file's bytes
   */
  static byte[] png(Map<String, List<EpochLine>> runs) {
    return Png.encode(draw(runs));
  }

  private static BufferedImage draw(Map<String, List<EpochLine>> runs) {
    XYSeriesCollection data = new XYSeriesCollection();
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, false);
    runs.forEach(
        (name, epochs) -> {
          int index = data.getSeriesCount();
          data.addSeries(series(name, epochs));
          renderer.setSeriesPaint(index, COLORS[index % COLORS.length]);
          renderer.setSeriesStroke(index, stroke(index >= COLORS.length));
          renderer.setSeriesShapesVisible(index, epochs.size() <= FEW_POINTS);
        });
    JFreeChart chart = ChartFactory.createXYLineChart("", "Epoch", LossRatio.AXIS, data);
    chart.setBackgroundPaint(Color.WHITE);
    chart.getLegend().setItemFont(FONT);
    style(chart.getXYPlot(), renderer);
    return chart.createBufferedImage(WIDTH_PIXELS, HEIGHT_PIXELS, BufferedImage.TYPE_INT_RGB, null);
  }

  private static XYSeries series(String name, List<EpochLine> epochs) {
    XYSeries series = new XYSeries(name);
    for (EpochLine epoch : epochs) {
      double log = LossRatio.of(epoch).log();
      // JFreeChart leaves a gap at null.
      series.add(Integer.valueOf(epoch.epoch()), Double.isFinite(log) ? Double.valueOf(log) : null);
    }
    return series;
  }

  private static BasicStroke stroke(boolean dashed) {
    return dashed
        ? new BasicStroke(2, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, new float[] {7, 5}, 0)
        : new BasicStroke(2.2f);
  }

  private static void style(XYPlot plot, XYLineAndShapeRenderer renderer) {
    plot.setRenderer(renderer);
    plot.setBackgroundPaint(Color.WHITE);
    plot.setDomainGridlinePaint(Color.LIGHT_GRAY);
    plot.setRangeGridlinePaint(Color.LIGHT_GRAY);
    ValueMarker zero = new ValueMarker(0, Color.BLACK, new BasicStroke(2));
    zero.setAlpha(1);
    plot.addRangeMarker(zero);
    NumberAxis epochs = (NumberAxis) plot.getDomainAxis();
    epochs.setStandardTickUnits(NumberAxis.createIntegerTickUnits());
    epochs.setAutoRangeIncludesZero(false);
    NumberAxis ratio = (NumberAxis) plot.getRangeAxis();
    // Whatever the runs did, the line of 0 is in the figure.
    ratio.setAutoRangeIncludesZero(true);
    ratio.setAutoRangeStickyZero(false);
    for (NumberAxis axis : List.of(epochs, ratio)) {
      axis.setLabelFont(FONT);
      axis.setTickLabelFont(FONT);
    }
  }
}
