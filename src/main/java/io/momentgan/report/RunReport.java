package io.momentgan.report;

import io.momentgan.data.ImageShape;
import io.momentgan.run.EpochLine;
import io.momentgan.run.NpyArray;
import io.momentgan.run.QualityLog;
import io.momentgan.run.RoundLine;
import io.momentgan.storage.Folder;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Draws what a run's folder holds: {@code report/losses.png}, {@code report/log-ratio.png}, {@code
 * report/samples.png} and {@code report/index.html}.
 *
 * <p>It reads {@code run.yaml}, {@code metrics/epochs.jsonl}, {@code samples/epoch-NNNN.npy} ([n,
 * channels, height, width]) and {@code samples/epoch-NNNN.png}; what is missing is left out, so it
 * may be called while the run goes on.
 */
public final class RunReport {
  private static final Logger LOG = LoggerFactory.getLogger(RunReport.class);

  /** The loss plot's path in the run folder. */
  public static final String LOSSES = "report/losses.png";

  /** The sample sheet's path in the run folder. */
  public static final String SAMPLES = "report/samples.png";

  /** The path of the figure of the log loss ratio in the run folder. */
  public static final String RATIO = "report/log-ratio.png";

  /** The page's path in the run folder. */
  public static final String PAGE = "report/index.html";

  /** Where the ways between latent vectors are: rows of images, from one vector to another. */
  public static final String INTERPOLATION = "samples/interpolation.png";

  /** Where images stand beside their nearest training images, by pixels and by features. */
  public static final String NEIGHBOURS = "samples/neighbours.png";

  private static final Pattern SAMPLE_FILE = Pattern.compile("epoch-(\\d{1,9})\\.(npy|png)");
  private static final int MAX_GRIDS = 40;
  private static final byte[] NONE = {};

  private final Folder folder;
  private final RunText run;
  private final List<EpochLine> epochs;

  private RunReport(Folder folder) {
    this.folder = folder;
    this.run = RunText.of(folder);
    this.epochs = EpochLine.readAll(folder);
  }

  /**
   * Where the files of an epoch's samples lie.
   *
   * @param epoch from 1 on
   * @param extension "npy" for the stored samples, "png" for the grid of fixed z
   * @return the path in the run folder
   */
  public static String samplesPath(int epoch, String extension) {
    return String.format(Locale.ROOT, "samples/epoch-%04d.%s", epoch, extension);
  }

  /**
   * Where the files of a grid at a chosen iteration lie.
   *
   * @param iteration iterations made when it was drawn
   * @param extension "png" for the grid, "npy" for its images
   * @return the path in the run folder
   */
  public static String sheetPath(long iteration, String extension) {
    return String.format(Locale.ROOT, "samples/iteration-%06d.%s", iteration, extension);
  }

  /**
   * Publishes the report.
   *
   * @param folder the run's folder
   */
  public static void write(Folder folder) {
    RunReport report = new RunReport(folder);
    report.published(LOSSES, report::lossPlot);
    report.published(RATIO, report::ratioPlot);
    byte[] samples = report.published(SAMPLES, report::sampleSheet);
    folder.publish(PAGE, report.page(samples).html());
  }

  /**
   * The report of a run, without writing anything into its folder.
   *
   * @param folder the run's folder
   * @return the page
   */
  public static String html(Folder folder) {
    RunReport report = new RunReport(folder);
    return report.page(report.sampleSheet()).html();
  }

  /**
   * The newest grid of fixed z as a PNG file; empty when there is none.
   *
   * @param folder the run's folder
   */
  static byte[] newestGrid(Folder folder) {
    List<ReportPage.Grid> grids = new RunReport(folder).grids();
    return grids.isEmpty() ? NONE : grids.get(grids.size() - 1).png();
  }

  /**
   * The sample sheet of a run as a PNG file.
   *
   * @param folder the run's folder
   * @return empty when there are no stored samples
   */
  static byte[] sampleSheet(Folder folder) {
    return new RunReport(folder).sampleSheet();
  }

  /** A picture that cannot be drawn, say for want of fonts, must not cost a finished training. */
  private byte[] published(String path, Supplier<byte[]> picture) {
    byte[] png;
    try {
      png = picture.get();
    } catch (RuntimeException | LinkageError | InternalError e) {
      LOG.warn("The report goes without {}", path, e);
      return NONE;
    }
    if (png.length > 0) {
      folder.publish(path, png);
    }
    return png;
  }

  private byte[] lossPlot() {
    return epochs.isEmpty() ? NONE : LossPlot.png("Training losses: " + run.name(), epochs);
  }

  private byte[] ratioPlot() {
    return epochs.isEmpty() ? NONE : LossRatioPlot.png(Map.of(run.name(), epochs));
  }

  private List<String> alarms() {
    Stream<String> raised =
        epochs.stream()
            .flatMap(line -> line.alarms().stream().map(a -> "Epoch " + line.epoch() + ": " + a));
    return Stream.concat(raised, LossRatio.flags(run.name(), epochs).stream()).toList();
  }

  private byte[] sampleSheet() {
    NavigableMap<Integer, String> files = sampleFiles("npy");
    if (files.isEmpty()) {
      return NONE;
    }
    ImageShape shape = run.shape();
    SampleSheet sheet = SampleSheet.of(shape);
    int total = files.lastKey();
    Map<Integer, float[][]> samples = new TreeMap<>();
    for (int epoch : sheet.epochs(total)) {
      if (files.containsKey(epoch)) {
        String path = files.get(epoch);
        samples.put(epoch, NpyArray.parse(folder.read(path), folder + "/" + path).rows());
      }
    }
    return sheet.png(samples, total);
  }

  private ReportPage page(byte[] samples) {
    return new ReportPage(
        folder.name(),
        run.description(),
        origin(),
        epochs.isEmpty() ? List.of() : Summary.of(run, epochs.get(epochs.size() - 1)),
        RunCharts.training(run, epochs),
        new QualityLog(folder).lines(),
        RunCharts.cost(RoundLine.readAll(folder)),
        new ReportPage.Pictures(samples, optional(INTERPOLATION), optional(NEIGHBOURS), grids()),
        NetworkTable.html(run),
        run.text(),
        run.versions(),
        alarms());
  }

  private byte[] optional(String path) {
    return folder.exists(path) ? folder.read(path) : NONE;
  }

  private String origin() {
    String kind = run.data("kind");
    String uri = run.data("uri");
    return "Data: %s, %s training images. Begun %s, workers: %s."
        .formatted(
            kind.equals(uri) ? kind : kind + " from " + uri,
            run.data("training"),
            run.created(),
            run.workers());
  }

  /** All grids where there are few, else some evenly spread, the first and newest among them. */
  private List<ReportPage.Grid> grids() {
    List<Map.Entry<Integer, String>> files = List.copyOf(sampleFiles("png").entrySet());
    int shown = Math.min(MAX_GRIDS, files.size());
    return IntStream.range(0, shown)
        .map(i -> shown == 1 ? 0 : (int) ((long) i * (files.size() - 1) / (shown - 1)))
        .mapToObj(files::get)
        .map(file -> new ReportPage.Grid(file.getKey(), folder.read(file.getValue())))
        .toList();
  }

  private NavigableMap<Integer, String> sampleFiles(String extension) {
    NavigableMap<Integer, String> files = new TreeMap<>();
    for (Folder.Entry entry : folder.list("samples")) {
      Matcher matcher = SAMPLE_FILE.matcher(entry.name());
      if (matcher.matches() && matcher.group(2).equals(extension)) {
        files.put(Integer.valueOf(matcher.group(1)), "samples/" + entry.name());
      }
    }
    return files;
  }
}
