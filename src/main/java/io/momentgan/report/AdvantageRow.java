package io.momentgan.report;

import io.momentgan.config.UserException;
import io.momentgan.evaluation.SheetMeasures;
import io.momentgan.run.EpochLine;
import io.momentgan.run.NpyArray;
import io.momentgan.run.RoundLine;
import io.momentgan.run.SheetLine;
import io.momentgan.storage.Folder;
import java.util.List;
import java.util.Locale;

/**
 * A run of a generator-advantage study, from its own records.
 *
 * @param run the run
 * @param epochs its epochs
 * @param workerSeconds time that its slowest worker was at work, summed over rounds
 * @param sheets its sheets at chosen iterations
 */
public record AdvantageRow(
    RunText run, List<EpochLine> epochs, double workerSeconds, List<Sheet> sheets) {
  /** Copies the lists. */
  public AdvantageRow {
    epochs = List.copyOf(epochs);
    sheets = List.copyOf(sheets);
  }

  /**
   * A sheet.
   *
   * @param line its record
   * @param measures how varied it is
   * @param png the picture
   */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  record Sheet(SheetLine line, SheetMeasures measures, byte[] png) {}

  /**
   * Reads a run.
   *
   * @param folder its folder
   * @param real what its sheets are read against
   * @throws UserException when it has no epoch or no sheet
   */
  public static AdvantageRow of(Folder folder, SheetMeasures.Real real) {
    List<EpochLine> epochs = EpochLine.readAll(folder);
    List<SheetLine> lines = SheetLine.readAll(folder);
    if (epochs.isEmpty() || lines.isEmpty()) {
      throw new UserException(
          "%s: found %d epochs and %d sheets, expected some of both; train it with --set samples.iterations=[100,400]"
              .formatted(folder, epochs.size(), lines.size()));
    }
    return new AdvantageRow(
        RunText.of(folder),
        epochs,
        RoundLine.readAll(folder).stream().mapToDouble(RoundLine::workerSeconds).sum(),
        lines.stream().map(line -> sheet(folder, line, real)).toList());
  }

  private static Sheet sheet(Folder folder, SheetLine line, SheetMeasures.Real real) {
    String array = RunReport.sheetPath(line.iteration(), "npy");
    float[][] images = NpyArray.parse(folder.read(array), folder + "/" + array).rows();
    return new Sheet(
        line,
        SheetMeasures.of(images, real),
        folder.read(RunReport.sheetPath(line.iteration(), "png")));
  }

  /** Generator updates per discriminator update, such as "50:1". */
  String ratio() {
    return run.setting("/train/g-steps") + ":" + run.setting("/train/d-steps");
  }

  /** How a legend and a picture call it. */
  String name() {
    return "%s, seed %s".formatted(ratio(), run.setting("/train/seed"));
  }

  /** Name of a sheet's file. */
  String file(Sheet sheet) {
    return "%s-seed-%s-iteration-%06d.png"
        .formatted(ratio().replace(':', '-'), run.setting("/train/seed"), sheet.line().iteration());
  }

  /** The row of what was run. */
  String settings() {
    return "| %s | %s, %s images of %s | %s x %s | %d of %d | %s |%n"
        .formatted(
            name(),
            run.data("kind"),
            run.data("training"),
            run.data("shape"),
            run.workers(),
            run.setting("/train/batch-size"),
            epochs.size(),
            run.epochs(),
            run.setting("/train/fresh-latent"));
  }

  /** The row of losses and cost. */
  String result() {
    EpochLine last = epochs.get(epochs.size() - 1);
    return String.format(
        Locale.ROOT,
        "| %s | %d | %d | %.3f | %s | %d | %.1f | %.1f | %.3f |%n",
        name(),
        last.dUpdates(),
        last.gUpdates(),
        LossRatio.meanAbsoluteOfLastHalf(epochs),
        Summary.number(LossRatio.of(last).log()),
        LossRatio.flags("", epochs).size(),
        last.seconds(),
        workerSeconds,
        last.seconds() / Math.max(1, last.dUpdates()));
  }

  /** The row of a sheet. */
  String row(Sheet sheet) {
    return String.format(
        Locale.ROOT,
        "| %s | %d | %d | %.2f | %d of %d |%n",
        name(),
        sheet.line().iteration(),
        sheet.line().epoch(),
        sheet.measures().pairDistance(),
        sheet.measures().nearDuplicates(),
        sheet.measures().images());
  }
}
