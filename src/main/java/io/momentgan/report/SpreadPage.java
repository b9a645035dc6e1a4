package io.momentgan.report;

import io.momentgan.evaluation.Quality;
import io.momentgan.run.EpochLine;
import io.momentgan.storage.Folder;
import io.momentgan.storage.StorageFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A Markdown page that compares experiments over their seeds: a table of quality with mean and
 * standard deviation, then samples of each run.
 *
 * <p>Every number comes from the runs' own records.
 */
public final class SpreadPage {
  private static final List<QualityMeasure> COLUMNS =
      List.of(
          QualityMeasure.FD,
          QualityMeasure.KID,
          QualityMeasure.PRECISION,
          QualityMeasure.RECALL,
          QualityMeasure.DENSITY,
          QualityMeasure.COVERAGE,
          QualityMeasure.SCORE,
          QualityMeasure.MISSING,
          QualityMeasure.MEMORISATION);
  private static final QualityMeasure TWO_DECIMALS = new QualityMeasure("", "", 2, Quality::fd);

  private SpreadPage() {}

  /**
   * Writes the page and the pictures that it shows.
   *
   * @param runs the runs' folders; those of one experiment differ in their seeds
   * @param markdownFile the page, replaced if it exists
   * @param imagesFolder where the samples go, as {@code <experiment>-seed-<seed>.png}
   * @param heading what stands above the table
   */
  public static void write(
      List<Folder> runs, Path markdownFile, Path imagesFolder, ResultsPage.Heading heading) {
    List<RunGroup> groups = RunGroup.of(runs);
    StringBuilder page = new StringBuilder(heading.markdown()).append(table(groups));
    try {
      Files.createDirectories(imagesFolder);
      Files.createDirectories(markdownFile.toAbsolutePath().getParent());
      for (RunGroup group : groups) {
        page.append(samples(group, markdownFile, imagesFolder));
      }
      Files.writeString(markdownFile, page);
    } catch (IOException e) {
      throw StorageFailure.of("write", markdownFile, e);
    }
  }

  /** The table of quality, and what it is of. */
  static String table(List<RunGroup> groups) {
    return explanation(groups)
        + head()
        + groups.stream().map(SpreadPage::row).collect(Collectors.joining())
        + bounds(groups);
  }

  private static String explanation(List<RunGroup> groups) {
    String measured =
        groups.stream()
            .flatMap(group -> group.runs().stream())
            .flatMap(run -> run.newest().stream())
            .map(
                line ->
                    "%,d images, features of %s (accuracy %.4f)"
                        .formatted(line.quality().n(), line.extractor(), line.extractorAccuracy()))
            .distinct()
            .collect(Collectors.joining("; "));
    return """
        Mean ± standard deviation over the seeds, of each run's newest evaluation: %s. FD, KID and
        missing classes: lower is better; the others but memorisation: higher. Memorisation is a half
        for images that owe nothing to single training images, 1 for copies. Moment terms: of the last
        epoch, over their floor. Losses: means over the last epoch, in nats.

        """
        .formatted(measured);
  }

  private static String head() {
    String names = COLUMNS.stream().map(QualityMeasure::name).collect(Collectors.joining(" | "));
    int columns = COLUMNS.size() + 6;
    return "| Experiment | Seeds | Epochs | %s | Moments over floor: mean | variance | D / G loss |\n|%s\n"
        .formatted(names, "---|".repeat(columns));
  }

  private static String row(RunGroup group) {
    return "| %s | %s | %s | %s | %s | %s | %s / %s |\n"
        .formatted(
            group.name(),
            (group.seeds() + " " + group.measured()).strip(),
            group.epochs(),
            COLUMNS.stream()
                .map(column -> group.spread(column).text(column))
                .collect(Collectors.joining(" | ")),
            group.lastEpoch(e -> e.momentMeanEpochMean() / e.momentMeanFloor()).text(TWO_DECIMALS),
            group.lastEpoch(e -> e.momentVarEpochMean() / e.momentVarFloor()).text(TWO_DECIMALS),
            group.lastEpoch(EpochLine::dLossEpochMean).text(TWO_DECIMALS),
            group.lastEpoch(EpochLine::gBceEpochMean).text(TWO_DECIMALS));
  }

  private static String bounds(List<RunGroup> groups) {
    return groups.stream()
        .flatMap(group -> group.runs().stream())
        .flatMap(run -> run.newest().stream())
        .findFirst()
        .map(
            line ->
                bound("*real images*", line.real())
                    + bound("*independent pixels*", line.independentPixels()))
        .orElse("");
  }

  private static String bound(String name, Quality quality) {
    return "| %s | | | %s | | | |\n"
        .formatted(
            name, COLUMNS.stream().map(c -> c.of(quality)).collect(Collectors.joining(" | ")));
  }

  private static String samples(RunGroup group, Path markdownFile, Path imagesFolder)
      throws IOException {
    StringBuilder section = new StringBuilder("\n## " + group.name() + "\n\n");
    section.append(group.runs().get(0).record().description().strip()).append("\n\n");
    for (RunGroup.Member run : group.runs()) {
      byte[] png = RunReport.newestGrid(run.folder());
      if (png.length > 0) {
        String file = "%s-seed-%s.png".formatted(group.name(), run.seed());
        Files.write(imagesFolder.resolve(file), png);
        section.append(
            "![Samples of %s, seed %s](%s/%s)\n"
                .formatted(
                    group.name(), run.seed(), ResultsPage.link(markdownFile, imagesFolder), file));
      }
    }
    return section.toString();
  }
}
