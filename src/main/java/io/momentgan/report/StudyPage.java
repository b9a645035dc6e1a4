package io.momentgan.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.momentgan.config.Experiment;
import io.momentgan.config.StudyFile;
import io.momentgan.evaluation.Measure;
import io.momentgan.evaluation.SheetMeasures;
import io.momentgan.report.RunGroup.Member;
import io.momentgan.report.page.LinePlot;
import io.momentgan.report.page.Table;
import io.momentgan.run.metrics.SheetLine;
import io.momentgan.storage.Folder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The Markdown page of a study: its claims with computed verdicts, the table of its runs, plots and
 * pictures. Every number comes from the runs' records.
 */
public final class StudyPage {
  private final StudyFile study;
  private final List<RunGroup> groups;
  private final List<Member> runs;
  private final List<ClaimVerdict> verdicts;
  private final Map<String, byte[]> files = new LinkedHashMap<>();

  /**
   * A run of the study.
   *
   * @param folder its folder; nothing lies there before the training
   * @param experiment its settings
   */
  public record Run(Folder folder, Experiment experiment) {}

  /**
   * Reads the runs and decides the claims.
   *
   * @param study the study
   * @param planned all its runs
   * @param real measures of sheets of real images; without them sheets are not measured
   * @throws io.momentgan.config.UserException if the study names unknown runs or measures
   */
  public StudyPage(StudyFile study, List<Run> planned, Optional<SheetMeasures.Real> real) {
    this.study = study;
    this.groups =
        RunGroup.of(
            planned.stream().map(run -> Member.of(run.folder(), run.experiment(), real)).toList());
    this.runs = groups.stream().flatMap(group -> group.runs().stream()).toList();
    this.verdicts = study.claims().stream().map(claim -> new ClaimVerdict(claim, groups)).toList();
    RunColumns.table(groups, study.columns());
    for (StudyFile.Figure figure : study.figures()) {
      List.of(figure.plot(), figure.over()).stream()
          .filter(k -> !k.isEmpty())
          .forEach(RunColumns::of);
    }
  }

  /**
   * Publishes the page and its pictures.
   *
   * @param target folder of the page
   * @param name the page's file
   * @param images folder of the pictures in the page's folder
   * @param command the command that makes the page
   * @param introduction what the runs are, in Markdown; may be empty
   */
  public void write(
      Folder target, String name, String images, String command, String introduction) {
    StringBuilder page =
        new StringBuilder(
            "# %s\n\nThis page was generated from the records of the runs by\n\n    %s\n"
                .formatted(study.title(), command));
    if (!introduction.isBlank()) {
      page.append('\n').append(introduction.strip()).append('\n');
    }
    if (!verdicts.isEmpty()) {
      Table claims = new Table("rll", "", "Claim", "Verdict");
      verdicts.forEach(v -> claims.row("" + (verdicts.indexOf(v) + 1), v.claim(), v.text()));
      page.append("\n## Claims\n\n").append(claims.markdown());
    }
    page.append("\n## Runs\n\n").append(explanation());
    page.append(RunColumns.table(groups, study.columns()).markdown());
    study.figures().forEach(figure -> page.append(figure(figure, images)));
    if (!verdicts.isEmpty()) {
      page.append("\n## Numbers of the claims\n");
      verdicts.forEach(
          v -> page.append("\n%d. %s\n".formatted(verdicts.indexOf(v) + 1, v.numbers())));
    }
    files.forEach((file, bytes) -> target.publish(images + "/" + file, bytes));
    target.publish(name, page.toString());
  }

  private String explanation() {
    List<String> measured = RunGroup.measured(groups);
    return """
        Mean ± sample standard deviation over the seeds. Losses and moment terms: means over the last epoch.%s

        """
        .formatted(
            measured.isEmpty()
                ? ""
                : " Quality: newest evaluation, " + String.join("; ", measured) + ".");
  }

  private String figure(StudyFile.Figure figure, String images) {
    if (!figure.plot().isEmpty()) {
      return plot(figure, images);
    }
    return figure.images().equals("iterations") ? sheets(images) : samples(figure, images);
  }

  private String plot(StudyFile.Figure figure, String images) {
    Measure<Member> y = RunColumns.of(figure.plot());
    boolean epochs = figure.over().isEmpty();
    LinePlot plot = epochs ? RunCharts.overEpochs(y, runs) : over(figure, y);
    String x = epochs ? "epochs" : RunColumns.of(figure.over()).name();
    String file = "%s-over-%s".formatted(y.key(), epochs ? "epochs" : figure.over());
    files.put(file + ".svg", plot.drawing().svg().getBytes(UTF_8));
    files.put(file + ".csv", plot.csv().getBytes(UTF_8));
    return "\n## %s over %s\n\n".formatted(Table.plain(y.name()), x)
        + (y.equals(RunColumns.LOG_RATIO) ? LossRatio.CAPTION + "\n\n" : "")
        + picture(file + ".png", plot.drawing().png(), y.name() + " over " + x, images)
        + "\nThe figure as [SVG](%1$s/%2$s.svg), its data as [CSV](%1$s/%2$s.csv).\n"
            .formatted(images, file);
  }

  /** A point per group, a line per value of a setting. */
  private LinePlot over(StudyFile.Figure figure, Measure<Member> y) {
    Measure<Member> x = RunColumns.of(figure.over());
    Map<String, List<RunGroup>> lines =
        groups.stream()
            .collect(
                Collectors.groupingBy(
                    group -> figure.line().isEmpty() ? "" : group.setting(figure.line()),
                    LinkedHashMap::new,
                    Collectors.toList()));
    List<LinePlot.Line> drawn = new ArrayList<>();
    lines.forEach(
        (value, points) -> {
          List<double[]> sorted =
              points.stream()
                  .map(g -> new double[] {g.values(x).getMean(), g.values(y).getMean()})
                  .sorted(Comparator.comparingDouble(point -> point[0]))
                  .toList();
          drawn.add(
              new LinePlot.Line(
                  value.isEmpty() ? y.name() : figure.line() + ": " + value,
                  sorted.stream().mapToDouble(point -> point[0]).toArray(),
                  sorted.stream().mapToDouble(point -> point[1]).toArray(),
                  drawn.size(),
                  false));
        });
    return new LinePlot(
        "", x.name(), List.of(new LinePlot.Panel(y.name(), LinePlot.Scale.BY_RANGE, drawn)));
  }

  private String samples(StudyFile.Figure figure, String images) {
    boolean newest = figure.images().equals("newest");
    StringBuilder section =
        new StringBuilder(newest ? "\n## Samples\n" : "\n## Samples over the training\n");
    for (RunGroup group : groups) {
      String description = group.runs().get(0).experiment().description();
      section.append("\n### %s\n\n%s\n\n".formatted(group.label(), Table.plain(description)));
      for (Member run : group.runs()) {
        RunPictures folder = new RunPictures(run.folder());
        byte[] png = newest ? folder.newestGrid() : folder.sampleSheet();
        String file = file(group, run, newest ? "" : "-training");
        String alt = "Samples of %s, seed %d".formatted(group.label(), run.seed());
        section.append(png.length == 0 ? "" : picture(file, png, alt, images));
      }
    }
    return section.toString();
  }

  private String sheets(String images) {
    Table table =
        new Table("lrrrr", "Run", "Iteration", "Epoch", "Pair distance", "Near-duplicates");
    StringBuilder drawn = new StringBuilder();
    for (RunGroup group : groups) {
      for (Member run : group.runs()) {
        for (SheetLine sheet : run.sheets()) {
          String name = "%s, seed %d".formatted(group.label(), run.seed());
          Optional<SheetMeasures> measures = run.measured(sheet);
          table.row(
              name,
              "" + sheet.iteration(),
              "" + sheet.epoch(),
              measures.map(m -> decimals(m.pairDistance())).orElse("-"),
              measures.map(m -> m.nearDuplicates() + " of " + m.images()).orElse("-"));
          String alt = "%s after %d iterations".formatted(name, sheet.iteration());
          String file = file(group, run, "-iteration-%06d".formatted(sheet.iteration()));
          byte[] png = run.folder().read(RunPictures.sheetPath(sheet.iteration(), "png"));
          drawn.append("\n%s (z %s):\n\n".formatted(alt, sheet.zSha256().substring(0, 8)));
          drawn.append(picture(file, png, "Samples of " + alt, images));
        }
      }
    }
    runs.get(0)
        .real()
        .ifPresent(
            real ->
                table.row(
                    "real images, %d sheets".formatted(real.sheets()),
                    "",
                    "",
                    decimals(real.pairDistance()),
                    "1 in 100"));
    return """

        ## Sheets

        Images of the run's fixed z. Pair distance: mean Euclidean distance between two images of a sheet, pixels
        in [-1, 1]. Near-duplicates: images nearer to another of their sheet than 99 %% of real images are to theirs.

        %s%s"""
        .formatted(table.markdown(), drawn);
  }

  private static String decimals(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  private static String file(RunGroup group, Member run, String more) {
    String label = group.label().replaceAll("[^A-Za-z0-9._]+", "-");
    return "%s-seed-%d%s.png".formatted(label, run.seed(), more);
  }

  private String picture(String file, byte[] png, String alt, String images) {
    files.put(file, png);
    return "![%s](%s/%s)\n".formatted(Table.plain(alt), images, file);
  }
}
