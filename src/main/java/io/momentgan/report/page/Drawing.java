package io.momentgan.report.page;

import java.awt.Color;
import java.awt.Dimension;
import java.awt.Font;
import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.Locale;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.apache.batik.svggen.SVGGraphics2D;
import org.jfree.chart.ChartUtils;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.Axis;
import org.jfree.chart.plot.Plot;
import org.jfree.chart.ui.RectangleInsets;
import org.w3c.dom.Document;

/**
 * A drawn figure on white ground, as a file of pixels or of lines.
 *
 * @param chart the figure
 * @param width pixels
 * @param height pixels
 */
public record Drawing(JFreeChart chart, int width, int height) {
  /** Okabe and Ito's colours, which the colour-blind can tell apart, and four further ones. */
  static final Color[] COLOURS = {
    new Color(0x0072B2),
    new Color(0xD55E00),
    new Color(0x009E73),
    new Color(0xCC79A7),
    new Color(0xE69F00),
    new Color(0x56B4E9),
    new Color(0x8C6D31),
    new Color(0x7B6BD1),
    new Color(0x637939),
    new Color(0xA55194)
  };

  /** Of what curves are read against. */
  static final Color REFERENCE = new Color(0x808080);

  private static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 22);
  private static final Font TEXT = new Font(Font.SANS_SERIF, Font.PLAIN, 15);

  static Drawing of(String title, Plot plot, int width, int height) {
    JFreeChart chart = new JFreeChart(title, TITLE, plot, true);
    chart.setBackgroundPaint(Color.WHITE);
    chart.setPadding(new RectangleInsets(12, 12, 8, 24));
    chart.getLegend().setItemFont(TEXT);
    return new Drawing(chart, width, height);
  }

  static <T extends Axis> T styled(T axis) {
    axis.setLabelFont(TEXT);
    axis.setTickLabelFont(TEXT);
    return axis;
  }

  /** A colour as CSS writes it, such as {@code #0072b2}. */
  static String hex(Color colour) {
    return String.format(Locale.ROOT, "#%06x", colour.getRGB() & 0xFFFFFF);
  }

  /** The figure as a PNG file. */
  public byte[] png() {
    try {
      return ChartUtils.encodeAsPNG(
          chart.createBufferedImage(width, height, BufferedImage.TYPE_INT_RGB, null));
    } catch (IOException e) {
      throw new UncheckedIOException("A figure cannot be encoded", e);
    }
  }

  /** The figure as an SVG document; equal figures give equal documents. */
  public String svg() {
    try {
      Document document =
          DocumentBuilderFactory.newDefaultInstance()
              .newDocumentBuilder()
              .getDOMImplementation()
              .createDocument(SVGGraphics2D.SVG_NAMESPACE_URI, SVGGraphics2D.SVG_SVG_TAG, null);
      SVGGraphics2D graphics = new SVGGraphics2D(document);
      graphics.setSVGCanvasSize(new Dimension(width, height));
      chart.draw(graphics, new Rectangle(width, height));
      StringWriter text = new StringWriter();
      graphics.stream(text);
      return text.toString();
    } catch (ParserConfigurationException | IOException e) {
      throw new IllegalStateException("A figure cannot be written as SVG", e);
    }
  }
}
