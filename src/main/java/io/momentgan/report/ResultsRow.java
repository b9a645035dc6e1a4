package io.momentgan.report;

import io.momentgan.config.UserException;
import io.momentgan.evaluation.SheetMeasures;
import io.momentgan.run.EpochLine;
import io.momentgan.run.NpyArray;
import io.momentgan.storage.Folder;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * A run's row of the results table.
 *
 * @param run its record
 * @param epochs its epochs, at least one
 * @param pairDistance mean distance between two images of its newest grid; NaN without one
 */
record ResultsRow(RunText run, List<EpochLine> epochs, double pairDistance) {
  /** From here on a long run's moments are taken as settled. */
  static final int SETTLED_EPOCH = 15;

  /** Shorter runs are judged by their last quarter. */
  static final int LONG_RUN = 20;

  private static final int LAST = 5;

  static ResultsRow of(Folder folder) {
    List<EpochLine> epochs = EpochLine.readAll(folder);
    if (epochs.isEmpty()) {
      throw new UserException("%s has no finished epoch to report".formatted(folder));
    }
    return new ResultsRow(
        RunText.of(folder), epochs, pairDistance(folder, epochs.get(epochs.size() - 1).epoch()));
  }

  private static double pairDistance(Folder folder, int epoch) {
    String path = RunReport.samplesPath(epoch, "npy");
    if (!folder.exists(path)) {
      return Double.NaN;
    }
    float[][] images = NpyArray.parse(folder.read(path), folder + "/" + path).rows();
    return images.length < 2 ? Double.NaN : SheetMeasures.pairDistance(images);
  }

  String description() {
    return plain(run.description());
  }

  String markdown(String name) {
    EpochLine last = epochs.get(epochs.size() - 1);
    return "| %s | %s | %s | %s | %s x %s | %s | %s | %s | %s | %s | %d |\n"
        .formatted(
            plain(name),
            last.epoch() == run.epochs() ? last.epoch() : last.epoch() + " of " + run.epochs(),
            plain(run.setting("/train/seed")),
            plain(run.data("kind") + ", " + run.data("training")),
            plain(run.workers()),
            plain(run.setting("/train/batch-size")),
            meanAndDeviation(EpochLine::dLoss),
            meanAndDeviation(EpochLine::gBce),
            medianAndRatio(EpochLine::momentMean, EpochLine::momentMeanFloor),
            medianAndRatio(EpochLine::momentVar, EpochLine::momentVarFloor),
            Double.isNaN(pairDistance) ? "-" : round(pairDistance),
            Math.round(last.seconds()));
  }

  /** Mean and sample standard deviation of the last five epochs. */
  private String meanAndDeviation(ToDoubleFunction<EpochLine> value) {
    double[] values =
        epochs.stream().skip(Math.max(0, epochs.size() - LAST)).mapToDouble(value).toArray();
    double mean = Arrays.stream(values).average().orElse(Double.NaN);
    double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
    return values.length < 2
        ? Summary.number(mean)
        : Summary.number(mean) + " ± " + Summary.number(Math.sqrt(squares / (values.length - 1)));
  }

  private String medianAndRatio(
      ToDoubleFunction<EpochLine> value, ToDoubleFunction<EpochLine> floor) {
    double median = median(settled().stream().mapToDouble(value).toArray());
    double ratio = median / median(settled().stream().mapToDouble(floor).toArray());
    return Double.isFinite(median)
        ? String.format(
            Locale.ROOT, "%.2f (%s)", median, Double.isFinite(ratio) ? round(ratio) : "-")
        : "-";
  }

  private static String round(double ratio) {
    return String.format(Locale.ROOT, "%.2f", ratio);
  }

  private List<EpochLine> settled() {
    int count = epochs.size();
    int from = count >= LONG_RUN ? SETTLED_EPOCH - 1 : count - Math.max(1, count / 4);
    return epochs.subList(from, count);
  }

  private static double median(double[] values) {
    double[] sorted =
        Arrays.stream(values).filter(value -> !Double.isNaN(value)).sorted().toArray();
    int middle = sorted.length / 2;
    if (sorted.length == 0) {
      return Double.NaN;
    }
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** Keeps texts from breaking the table or the page. */
  private static String plain(String text) {
    return text.strip()
        .replaceAll("\\s+", " ")
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace("|", "\\|");
  }
}
