package io.momentgan.report;

import io.momentgan.config.UserException;
import io.momentgan.storage.Folder;
import io.momentgan.storage.StorageFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A Markdown page that compares runs: a table of their final figures, one of their quality where it
 * was measured, then each one's sample sheet.
 *
 * <p>Every number comes from the runs' own records.
 */
public final class ResultsPage {
  private static final String COLUMNS =
      "| Run | Epochs | Seed | Data | Workers x batch | D loss | G loss (adversarial) "
          + "| Mean term (ratio to floor) | Variance term (ratio to floor) | Pair distance | Seconds |\n"
          + "|---|---|---|---|---|---|---|---|---|---|---|\n";
  private static final String EXPLANATION =
      """
      D and G loss: mean ± standard deviation of the last five epochs, each epoch by its last batch,
      in nats. Moment terms: median from epoch %d on (of the last quarter in runs of fewer than %d
      epochs), and its ratio to the floor, the distance between two real batches of the same size.
      Pair distance: mean Euclidean distance between two images of the newest grid, pixels in [-1, 1].
      Seconds: time spent on training.

      """
          .formatted(ResultsRow.SETTLED_EPOCH, ResultsRow.LONG_RUN);

  private ResultsPage() {}

  /**
   * What stands above the table.
   *
   * @param title of the page
   * @param command the command that makes this page
   * @param introduction what the runs are, and what to look for; may be empty
   */
  public record Heading(String title, String command, String introduction) {
    String markdown() {
      return "# %s%n%nThis page was generated from the records of the runs by%n%n    %s%n%n%s"
          .formatted(
              title,
              command.strip().replace("\n", "\n    "),
              introduction.isBlank() ? "" : introduction.strip() + "\n\n");
    }
  }

  /**
   * Writes the page and the pictures that it shows.
   *
   * @param runs the runs' folders, in the order of the table; each with at least one epoch
   * @param markdownFile the page, replaced if it exists
   * @param imagesFolder where the sample sheets go, as {@code <experiment>.png}
   * @param heading what stands above the table
   */
  public static void write(
      List<Folder> runs, Path markdownFile, Path imagesFolder, Heading heading) {
    Map<Folder, String> names = names(runs);
    StringBuilder page = new StringBuilder(heading.markdown());
    page.append(EXPLANATION).append(COLUMNS);
    List<ResultsRow> rows = runs.stream().map(ResultsRow::of).toList();
    for (int i = 0; i < runs.size(); i++) {
      page.append(rows.get(i).markdown(names.get(runs.get(i))));
    }
    page.append(quality(runs, names));
    try {
      Files.createDirectories(imagesFolder);
      for (int i = 0; i < runs.size(); i++) {
        String name = names.get(runs.get(i));
        page.append("\n## %s\n\n%s\n".formatted(name, rows.get(i).description()));
        page.append(sheet(runs.get(i), name, markdownFile, imagesFolder));
      }
      Files.createDirectories(markdownFile.toAbsolutePath().getParent());
      Files.writeString(markdownFile, page);
    } catch (IOException e) {
      throw StorageFailure.of("write", markdownFile, e);
    }
  }

  /** A row for each run, whatever they differ in. */
  private static String quality(List<Folder> runs, Map<Folder, String> names) {
    List<RunGroup> each =
        runs.stream()
            .map(run -> new RunGroup(names.get(run), List.of(RunGroup.Member.of(run))))
            .toList();
    return each.stream().anyMatch(RunGroup::isMeasured)
        ? "\n## Quality\n\n" + SpreadPage.table(each)
        : "";
  }

  /**
   * The experiment's name, or the folder's where an experiment was run more than once, or the
   * experiment's with the seed where folders have one name too, as those of sweeps have.
   */
  private static Map<Folder, String> names(List<Folder> runs) {
    Map<Folder, String> experiments =
        runs.stream().collect(Collectors.toMap(Function.identity(), r -> RunText.of(r).name()));
    List<String> all = new ArrayList<>(experiments.values());
    List<String> folders = runs.stream().map(Folder::name).toList();
    return runs.stream()
        .collect(
            Collectors.toMap(
                Function.identity(),
                run -> {
                  String name = experiments.get(run);
                  if (isOnce(name, all)) {
                    return name;
                  }
                  return isOnce(run.name(), folders)
                      ? run.name()
                      : name + "-seed-" + RunText.of(run).setting("/train/seed");
                }));
  }

  private static boolean isOnce(String name, List<String> names) {
    return names.indexOf(name) == names.lastIndexOf(name);
  }

  private static String sheet(Folder run, String name, Path markdownFile, Path imagesFolder)
      throws IOException {
    byte[] png =
        run.exists(RunReport.SAMPLES) ? run.read(RunReport.SAMPLES) : RunReport.sampleSheet(run);
    if (png.length == 0) {
      return "\nNo samples were stored.\n";
    }
    if (!name.matches("[A-Za-z0-9._-]+")) {
      throw new UserException("%s: \"%s\" is no name for a picture".formatted(run, name));
    }
    Files.write(imagesFolder.resolve(name + ".png"), png);
    return "\n![Samples of %s: six per row, from the first epoch to the last](%s/%s.png)\n"
        .formatted(name, link(markdownFile, imagesFolder), name);
  }

  /** Maven's site plugin puts src/site/resources beside the pages of src/site/markdown. */
  static String link(Path markdownFile, Path imagesFolder) {
    Path page = markdownFile.toAbsolutePath().normalize().getParent();
    Path images = imagesFolder.toAbsolutePath().normalize();
    Path resources = page.resolveSibling("resources");
    Path base = page.endsWith("markdown") && images.startsWith(resources) ? resources : page;
    String link = base.relativize(images).toString().replace('\\', '/');
    return link.isEmpty() ? "." : link;
  }
}
