package io.momentgan.report;

import io.momentgan.run.QualityLine;
import java.util.List;
import java.util.Locale;

/** The newest measures of a run beside those between which they are read. */
final class QualityTable {
  private QualityTable() {}

  /** A table of the newest evaluation. */
  static String html(List<QualityLine> lines) {
    QualityLine line = lines.get(lines.size() - 1);
    StringBuilder table = new StringBuilder(caption(line));
    table.append(
        "<div class=\"scroll\"><table>\n<tr><th>Measure</th><th class=\"number\">Generated</th>"
            + "<th class=\"number\">Real images</th><th class=\"number\">Independent pixels</th>"
            + "<th>Better</th></tr>\n");
    for (QualityMeasure measure : QualityMeasure.ALL) {
      table.append(
          ("<tr><td>%s</td><td class=\"number\">%s</td><td class=\"number\">%s</td>"
                  + "<td class=\"number\">%s</td><td>%s</td></tr>\n")
              .formatted(
                  HtmlPage.escape(measure.name()),
                  measure.of(line.quality()),
                  measure.of(line.real()),
                  measure.of(line.independentPixels()),
                  measure.better()));
    }
    return table.append("</table></div>\n").toString();
  }

  private static String caption(QualityLine line) {
    return String.format(
        Locale.ROOT,
        "<p class=\"quiet\">Epoch %d (%s weights), %,d images, features of %s (%.2f %% accuracy);"
            + " figures of other extractors or numbers of images are not comparable. Kernel distance"
            + " %.4f with standard error %.4f; %d of %d bins of similar images differ significantly,"
            + " a twentieth of them would by chance.%s</p>%n",
        line.epoch(),
        HtmlPage.escape(line.weights()),
        line.quality().n(),
        HtmlPage.escape(line.extractor()),
        100 * line.extractorAccuracy(),
        line.quality().kid(),
        line.quality().kidSe(),
        line.quality().ndb(),
        line.quality().ndbBins(),
        classHead(line));
  }

  private static String classHead(QualityLine line) {
    return Double.isFinite(line.classHeadAccuracy())
        ? String.format(
            Locale.ROOT,
            " The discriminator's class head names the class of %.2f %% of the test images.",
            100 * line.classHeadAccuracy())
        : "";
  }
}
