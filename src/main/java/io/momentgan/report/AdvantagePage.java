package io.momentgan.report;

import io.momentgan.evaluation.SheetMeasures;
import io.momentgan.run.EpochLine;
import io.momentgan.storage.StorageFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A page on runs that differ in how many updates the generator gets: who is ahead, and the cost.
 */
public final class AdvantagePage {
  private static final String FIGURE = "log-ratio.png";
  private static final String SETTINGS =
      """
      | G:D | data | workers x batch | epochs | fresh z |
      |---|---|---|---|---|
      """;
  private static final String RESULTS =
      """

      Mean |ln|: mean absolute log loss ratio over the last half of the epochs. %s

      Losses below 1e-12 count as 1e-12; epochs with a ratio above 1000 are flagged. Seconds are wall time of rounds
      on the machine that made the runs, with whatever else it did; worker seconds that of the slowest worker,
      without Spark.

      | G:D | D updates | G updates | mean \\|ln\\| | last ln | flagged epochs | seconds | worker seconds | seconds per D update |
      |---|---|---|---|---|---|---|---|---|
      """
          .formatted(LossRatio.CAPTION);
  private static final String SHEETS =
      """

      ## Sheets

      Images of the run's fixed z. Pair distance: mean Euclidean distance between two images of a sheet, pixels in
      [-1, 1]. Near-duplicates: images nearer to another of their sheet than 99 % of real images are to theirs.

      | G:D | iteration | epoch | pair distance | near-duplicates |
      |---|---|---|---|---|
      """;

  private AdvantagePage() {}

  /**
   * Writes the page and its pictures.
   *
   * @param rows the runs, in the order of the tables
   * @param real what their sheets are read against
   * @param markdownFile the page, replaced if it exists
   * @param imagesFolder where the pictures go
   * @param heading what stands above the tables
   */
  public static void write(
      List<AdvantageRow> rows,
      SheetMeasures.Real real,
      Path markdownFile,
      Path imagesFolder,
      ResultsPage.Heading heading) {
    try {
      Files.createDirectories(imagesFolder);
      Files.createDirectories(markdownFile.toAbsolutePath().getParent());
      Map<String, List<EpochLine>> lines = new LinkedHashMap<>();
      rows.forEach(row -> lines.put(row.name(), row.epochs()));
      Files.write(imagesFolder.resolve(FIGURE), LossRatioPlot.png(lines));
      for (AdvantageRow row : rows) {
        for (AdvantageRow.Sheet sheet : row.sheets()) {
          Files.write(imagesFolder.resolve(row.file(sheet)), sheet.png());
        }
      }
      String link = ResultsPage.link(markdownFile, imagesFolder);
      Files.writeString(markdownFile, heading.markdown() + text(rows, real, link));
    } catch (IOException e) {
      throw StorageFailure.of("write", markdownFile, e);
    }
  }

  private static String text(List<AdvantageRow> rows, SheetMeasures.Real real, String link) {
    StringBuilder page = new StringBuilder(SETTINGS);
    rows.forEach(row -> page.append(row.settings()));
    page.append(RESULTS);
    rows.forEach(row -> page.append(row.result()));
    page.append("\n![Log loss ratio over epochs, a line per run](%s/%s)\n".formatted(link, FIGURE));
    page.append(SHEETS);
    rows.forEach(row -> row.sheets().forEach(sheet -> page.append(row.row(sheet))));
    page.append(
        String.format(
            Locale.ROOT,
            "| real images, %d sheets | | | %.2f | 1 in 100 |%n",
            real.sheets(),
            real.pairDistance()));
    for (AdvantageRow row : rows) {
      for (AdvantageRow.Sheet sheet : row.sheets()) {
        page.append(
            "\n%s after %d iterations (z %s):\n\n![Samples of %s after %d iterations](%s/%s)\n"
                .formatted(
                    row.name(),
                    sheet.line().iteration(),
                    sheet.line().zSha256().substring(0, 8),
                    row.name(),
                    sheet.line().iteration(),
                    link,
                    row.file(sheet)));
      }
    }
    return page.toString();
  }
}
