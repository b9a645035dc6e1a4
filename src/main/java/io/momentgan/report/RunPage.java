package io.momentgan.report;

import io.momentgan.config.Experiment;
import io.momentgan.config.MomentsConfig;
import io.momentgan.evaluation.Evaluator;
import io.momentgan.evaluation.Measure;
import io.momentgan.evaluation.Quality;
import io.momentgan.report.page.Chart;
import io.momentgan.report.page.HtmlPage;
import io.momentgan.report.page.LinePlot;
import io.momentgan.report.page.Table;
import io.momentgan.run.RunRecord;
import io.momentgan.run.metrics.ClassificationLine;
import io.momentgan.run.metrics.EpochLine;
import io.momentgan.run.metrics.Jsonl;
import io.momentgan.run.metrics.MetricsTable;
import io.momentgan.run.metrics.QualityLine;
import io.momentgan.storage.Folder;
import io.momentgan.storage.Lease;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The report of a run: {@code report/index.html}, a page that needs nothing beside it; {@code
 * report/samples.png}; and {@code report/losses} and {@code report/log-ratio} as PNG and SVG files.
 *
 * <p>It leaves out what the folder does not hold, so it may be written during the run.
 */
public final class RunPage {
  /** Path of the loss plot in the run folder, without its extension. */
  public static final String LOSSES = "report/losses";

  /** Path of the sample sheet in the run folder. */
  public static final String SAMPLES = "report/samples.png";

  /** Path of the figure of the log loss ratio in the run folder, without its extension. */
  public static final String RATIO = "report/log-ratio";

  /** Path of the page in the run folder. */
  public static final String PAGE = "report/index.html";

  private static final int RELOAD_SECONDS = 30;
  private static final Logger LOG = LoggerFactory.getLogger(RunPage.class);

  private final Folder folder;
  private final RunPictures pictures;
  private final RunRecord record;
  private final Experiment experiment;
  private final List<EpochLine> epochs;
  private final HtmlPage page;

  private RunPage(Folder folder) {
    this.folder = folder;
    this.pictures = new RunPictures(folder);
    this.record = RunRecord.read(folder);
    this.experiment = record.experiment();
    this.epochs = Jsonl.read(folder, MetricsTable.EPOCHS);
    this.page = new HtmlPage(folder.name());
  }

  /** Publishes the report in a run's folder. */
  public static void write(Folder folder) {
    new RunPage(folder).write(0);
  }

  /** Publishes the report during the training; the page loads itself again while it is open. */
  public static void writeDuringTraining(Folder folder) {
    new RunPage(folder).write(RELOAD_SECONDS);
  }

  private void write(int reload) {
    page.reloading(reload);
    if (!epochs.isEmpty()) {
      published(LOSSES, () -> RunCharts.lossPlot("Training losses: " + experiment.name(), epochs));
      published(RATIO, () -> RunCharts.ratioPlot(List.of(RunGroup.Member.of(folder))));
    }
    byte[] samples = drawn(SAMPLES, pictures::sampleSheet).orElse(RunPictures.NONE);
    if (samples.length > 0) {
      folder.publish(SAMPLES, samples);
    }
    folder.publish(PAGE, html(samples, folder.child("report")));
  }

  /**
   * Makes the page of a run without writing into its folder.
   *
   * @param folder the run's folder
   * @param target folder of the page
   */
  public static String html(Folder folder, Folder target) {
    RunPage report = new RunPage(folder);
    return report.html(report.pictures.sampleSheet(), target);
  }

  private void published(String path, Supplier<LinePlot> plot) {
    drawn(path, () -> plot.get().drawing().png()).ifPresent(f -> folder.publish(path + ".png", f));
    drawn(path, () -> plot.get().drawing().svg()).ifPresent(f -> folder.publish(path + ".svg", f));
  }

  /** A picture that cannot be drawn, say for want of fonts, must not cost a finished training. */
  private static <T> Optional<T> drawn(String path, Supplier<T> picture) {
    try {
      return Optional.of(picture.get());
    } catch (RuntimeException | LinkageError | InternalError e) {
      LOG.warn("The report goes without {}", path, e);
      return Optional.empty();
    }
  }

  private String html(byte[] samples, Folder target) {
    page.add("<h1>%s</h1>\n".formatted(Table.escape(folder.name())))
        .add("<p>%s</p>\n".formatted(Table.escape(experiment.description())))
        .add("<p class=\"quiet\">%s</p>\n".formatted(Table.escape(origin())))
        .add(progress())
        .add(alarms());
    addGridViewer();
    addErrors();
    addQuality();
    page.add(FinalFigures.html(experiment, epochs));
    addCharts("Training", RunCharts.training(experiment.loss(), epochs));
    addPicture(
        "Samples over the training",
        samples,
        "Rows of six samples each, from the first epoch to the last",
        "New samples in each epoch.");
    addPicture(
        "From one z to another",
        pictures.read(RunPictures.INTERPOLATION),
        "Eight rows of images that change from one sample into another",
        "Each row goes from one latent vector to another on an arc. Where images jump, the generator knows islands.");
    addPicture(
        "Nearest training images",
        pictures.read(RunPictures.NEIGHBOURS),
        "Three rows: samples, their nearest training images by pixels, and by features",
        "First row: samples. Second: the nearest of all training images, by pixels. Third: the nearest of some thousand training images, by features. Copies would look the same.");
    page.add("<h2>Networks</h2>\n").add(NetworksTable.of(experiment).html());
    addCharts("Cost of rounds", RunCharts.cost(Jsonl.read(folder, MetricsTable.ROUNDS)));
    return page.add(
            folded(
                "Run record: settings, data and versions",
                "<pre>"
                    + Table.escape(folder.readText(RunRecord.FILE, RunRecord.MOST_BYTES))
                    + "</pre>"))
        .add(folded("Versions", versions()))
        .add(files(target))
        .html();
  }

  private void addCharts(String heading, List<Chart> charts) {
    if (!charts.isEmpty()) {
      page.add("<h2>%s</h2>\n".formatted(heading)).add(charts);
    }
  }

  private void addPicture(String heading, byte[] png, String alt, String caption) {
    page.add(HtmlPage.picture(heading, png, alt, caption));
  }

  private static String folded(String summary, String content) {
    return HtmlPage.details(summary, content)
        .replaceFirst("<details>", "<details class=\"record\">");
  }

  private String origin() {
    String kind = record.data().kind();
    String uri = record.data().uri();
    return "Data: %s, %d training images. Created %s, workers: %s."
        .formatted(
            kind.equals(uri) ? kind : kind + " from " + uri,
            record.data().training(),
            record.created(),
            record.workers());
  }

  private String progress() {
    int reached = epochs.isEmpty() ? 0 : epochs.get(epochs.size() - 1).epoch();
    return page.isReloading()
        ? "<p>In training: %d of %d epochs at %s. This page is written again after epochs, and loads itself again.</p>\n"
            .formatted(
                reached, experiment.train().epochs(), Instant.now().truncatedTo(ChronoUnit.SECONDS))
        : "";
  }

  /** Links to the run's records, and to the figures beside its page. */
  private String files(Folder target) {
    String links =
        Stream.of("", "metrics", "report", "samples")
            .flatMap(
                name ->
                    folder.list(name).stream()
                        .filter(entry -> !entry.folder() && !Lease.isLease(entry.name()))
                        .map(entry -> name.isEmpty() ? entry.name() : name + "/" + entry.name()))
            .filter(path -> !path.equals(PAGE) && !path.matches("samples/(epoch|iteration)-.*"))
            .sorted()
            .map(
                path ->
                    "<a href=\"%s/%s\">%2$s</a>"
                        .formatted(Table.escape(target.addressOf(folder)), Table.escape(path)))
            .collect(Collectors.joining(", "));
    return "<h2>Files</h2>\n<p class=\"quiet\">%s</p>\n".formatted(links);
  }

  private String alarms() {
    Stream<String> raised =
        epochs.stream()
            .flatMap(line -> line.alarms().stream().map(a -> "Epoch " + line.epoch() + ": " + a));
    String alarms =
        Stream.concat(raised, LossRatio.flags(experiment.name(), epochs).stream())
            .map(alarm -> "<p class=\"alarm\">%s</p>\n".formatted(Table.escape(alarm)))
            .collect(Collectors.joining());
    return alarms.isEmpty()
        ? "<p>No alarms.%s</p>\n".formatted(unwatched())
        : "<h2>Alarms</h2>\n" + alarms;
  }

  /** Says if nothing would have told of a collapse. */
  private String unwatched() {
    return experiment.moments().scope() == MomentsConfig.Scope.NONE
        ? " Moments are not measured (moments.scope is none), so collapse is not watched for."
        : "";
  }

  private void addGridViewer() {
    List<RunPictures.Grid> grids = pictures.grids();
    if (grids.isEmpty()) {
      return;
    }
    grids.forEach(grid -> page.addGrid(grid.epoch(), grid.png()));
    int last = grids.size() - 1;
    RunPictures.Grid newest = grids.get(last);
    page.add(
        """
        <h2>Samples of the same z</h2>
        <figure><img src="%s" id="grid" class="grid" alt="Samples of the generator after epoch %d"></figure>
        """
            .formatted(HtmlPage.dataUri(newest.png()), newest.epoch()));
    if (last > 0) {
      page.add(
          """
          <label hidden>After epoch <output id="epoch">%d</output>
          <input type="range" id="slider" min="0" max="%d" value="%d"></label>
          """
              .formatted(newest.epoch(), last, last));
    }
  }

  private void addErrors() {
    List<ClassificationLine> lines = Jsonl.read(folder, MetricsTable.CLASSIFICATION);
    if (lines.isEmpty()) {
      return;
    }
    ClassificationLine last = lines.get(lines.size() - 1);
    ClassificationLine best =
        lines.stream().min(Comparator.comparingInt(ClassificationLine::errors)).orElseThrow();
    String text =
        String.format(
            Locale.ROOT,
            "After epoch %d, the discriminator%s makes %d errors on %,d %s images (%.2f %%). The fewest"
                + " were %d, after epoch %d: chosen by the same images, that number is too good.",
            last.epoch(),
            last.weights().equals("ema") ? "'s moving average" : "",
            last.errors(),
            last.images(),
            last.split(),
            100 * last.errorShare(),
            best.errors(),
            best.epoch());
    page.add("<h2>Classification</h2>\n<p>%s</p>\n".formatted(Table.escape(text)))
        .add(List.of(RunCharts.errors(lines)));
  }

  private void addQuality() {
    List<QualityLine> lines = Jsonl.read(folder, MetricsTable.QUALITY);
    page.add("<h2>Quality</h2>\n");
    if (lines.isEmpty()) {
      page.add(
          Math.min(record.shape().height(), record.shape().width()) >= Evaluator.LEAST_SIDE_PIXELS
              ? "<p>Nothing was measured. <code>submit/local evaluate RUN</code> measures the checkpoints,"
                  + " with labels or without; <code>evaluation.every</code> measures during the training.</p>\n"
              : "<p>Nothing was measured: quality is measured on images of at least %d rows and columns, these have %s.</p>\n"
                  .formatted(Evaluator.LEAST_SIDE_PIXELS, record.shape()));
      return;
    }
    QualityLine newest = lines.get(lines.size() - 1);
    List<QualityLine> comparable =
        lines.stream().filter(line -> line.extractor().equals(newest.extractor())).toList();
    Table table =
        new Table("lrrrl", "Measure", "Generated", "Real images", "Independent pixels", "Better");
    for (Measure<Quality> measure : Measure.OF_QUALITY) {
      table.row(
          measure.name(),
          measure.of(newest.quality()),
          measure.of(newest.real()),
          measure.of(newest.independentPixels()),
          measure.better().toString());
    }
    page.add(caption(newest)).add(table.html());
    if (comparable.size() < lines.size()) {
      page.add(
          "<p class=\"alarm\">%d evaluations in features of other extractors are left out of the charts: their figures do not compare.</p>\n"
              .formatted(lines.size() - comparable.size()));
    }
    page.add(RunCharts.quality(comparable));
  }

  private static String caption(QualityLine line) {
    String text =
        String.format(
            Locale.ROOT,
            "Epoch %d (%s weights), %,d images, features of %s; figures of other"
                + " extractors or numbers of images are not comparable. Kernel distance %.4f with standard"
                + " error %.4f; %d of %d bins of similar images differ significantly, a twentieth of them"
                + " would by chance.",
            line.epoch(),
            line.weights(),
            line.quality().n(),
            line.features(),
            line.quality().kid(),
            line.quality().kidSe(),
            line.quality().ndb(),
            line.quality().ndbBins());
    String classHead =
        Double.isFinite(line.classHeadAccuracy())
            ? String.format(
                Locale.ROOT,
                " The discriminator names the class of %.2f %% of the test images.",
                100 * line.classHeadAccuracy())
            : "";
    return "<p class=\"quiet\">%s</p>\n".formatted(Table.escape(text + classHead));
  }

  private String versions() {
    Table table = new Table("ll", "Component", "Version");
    record.versions().forEach(table::row);
    return table.html();
  }
}
