package io.momentgan.report;

import io.momentgan.config.LossConfig;
import io.momentgan.evaluation.Quality;
import io.momentgan.report.Chart.Series;
import io.momentgan.run.EpochLine;
import io.momentgan.run.QualityLine;
import io.momentgan.run.RoundLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** The charts of one run. */
final class RunCharts {
  private static final double MEBIBYTE = 1024 * 1024;

  private RunCharts() {}

  /** How the training went. */
  static List<Chart> training(LossConfig loss, List<EpochLine> epochs) {
    if (epochs.isEmpty()) {
      return List.of();
    }
    List<String> labels = epochs.stream().map(e -> String.valueOf(e.epoch())).toList();
    int count = epochs.size();
    double p = (loss.realTarget() + loss.fakeTarget()) / 2;
    List<Chart> charts = new ArrayList<>();
    charts.add(
        epochChart(
            "losses",
            "Losses",
            "Means over each epoch. Losses do not rank GANs: the equilibrium is where neither wins, not where pictures are good.",
            "nats",
            false,
            labels,
            List.of(
                Series.of("Discriminator", values(epochs, e -> e.mean().dLoss())),
                Series.of("Generator, adversarial", values(epochs, e -> e.mean().gBce())),
                Series.constant("Generator's equilibrium", -Math.log(p), count))));
    charts.add(
        epochChart(
            "ratio",
            "Log loss ratio",
            LossRatio.CAPTION,
            LossRatio.AXIS,
            false,
            labels,
            List.of(
                Series.of("ln(G / D)", values(epochs, e -> LossRatio.of(e).log())),
                Series.constant("0", 0, count),
                Series.constant("+1", 1, count),
                Series.constant("-1", -1, count))));
    if (epochs.stream().anyMatch(e -> Double.isFinite(e.last().momentMean()))) {
      charts.add(moments(epochs, labels));
    }
    return charts;
  }

  private static Chart moments(List<EpochLine> epochs, List<String> labels) {
    return epochChart(
        "moments",
        "Moment distance",
        "Distance of generated from real batches, means over each epoch, beside the floor: what two real batches differ by. At the floor moments cannot tell them apart.",
        "0.1 x sum |difference|",
        true,
        labels,
        List.of(
            Series.of("Mean term", values(epochs, e -> e.mean().momentMean())),
            Series.of("Variance term", values(epochs, e -> e.mean().momentVar())),
            new Series(
                "Floor of the mean term",
                Series.of("", values(epochs, e -> e.context().momentMeanFloor())).values(),
                true),
            new Series(
                "Floor of the variance term",
                Series.of("", values(epochs, e -> e.context().momentVarFloor())).values(),
                true)));
  }

  /** How good the pictures were, of evaluations of the same weights. */
  static List<Chart> quality(List<QualityLine> lines) {
    if (lines.isEmpty()) {
      return List.of();
    }
    List<String> labels = lines.stream().map(l -> String.valueOf(l.epoch())).distinct().toList();
    QualityLine last = lines.get(lines.size() - 1);
    return List.of(
        epochChart(
            "fd",
            "Frechet distance",
            "Lower is better. Between real images, which no generator should be expected to pass, and independent pixels with the right marginals.",
            "FD",
            true,
            labels,
            withBounds(lines, labels, last, "FD", Quality::fd)),
        epochChart(
            "variety",
            "Coverage, recall and precision",
            "Coverage and recall see variety, precision sees quality; dashed what real images get.",
            "share",
            false,
            labels,
            List.of(
                curve("Coverage", last.weights(), lines, labels, Quality::coverage),
                curve("Recall", last.weights(), lines, labels, Quality::recall),
                curve("Precision", last.weights(), lines, labels, Quality::precision),
                Series.constant("Coverage of real images", last.real().coverage(), labels.size()))),
        epochChart(
            "score",
            "Classifier score",
            "Higher is better, up to what real images get. It does not look at real images: never read it alone.",
            "score",
            false,
            labels,
            withBounds(lines, labels, last, "Classifier score", Quality::classifierScore)),
        classes(last));
  }

  private static List<Series> withBounds(
      List<QualityLine> lines,
      List<String> labels,
      QualityLine last,
      String name,
      ToDoubleFunction<Quality> value) {
    List<Series> series = new ArrayList<>();
    for (String weights : lines.stream().map(QualityLine::weights).distinct().toList()) {
      series.add(curve(name + " (" + weights + ")", weights, lines, labels, value));
    }
    series.add(Series.constant("Real images", value.applyAsDouble(last.real()), labels.size()));
    series.add(
        Series.constant(
            "Independent pixels", value.applyAsDouble(last.independentPixels()), labels.size()));
    return series;
  }

  private static Series curve(
      String name,
      String weights,
      List<QualityLine> lines,
      List<String> labels,
      ToDoubleFunction<Quality> value) {
    Map<String, Double> byEpoch =
        lines.stream()
            .filter(l -> l.weights().equals(weights))
            .collect(
                Collectors.toMap(
                    l -> String.valueOf(l.epoch()),
                    l -> value.applyAsDouble(l.quality()),
                    (older, newer) -> newer));
    return Series.of(
        name, labels.stream().mapToDouble(l -> byEpoch.getOrDefault(l, Double.NaN)).toArray());
  }

  private static Chart classes(QualityLine line) {
    List<Double> shares = line.quality().classShares();
    List<String> labels = new ArrayList<>();
    for (int c = 0; c < shares.size(); c++) {
      labels.add(String.valueOf(c));
    }
    return new Chart(
        "classes",
        "Classes",
        "Share of each class among the images of epoch %d (%s), as the extractor sees them, beside real images."
            .formatted(line.epoch(), line.weights()),
        "bar",
        "class",
        "share",
        false,
        labels,
        List.of(
            new Series("Generated", shares, false),
            new Series("Real", line.real().classShares(), false)));
  }

  /** What rounds cost. */
  static List<Chart> cost(List<RoundLine> rounds) {
    Map<Integer, List<RoundLine>> byEpoch =
        rounds.stream()
            .collect(Collectors.groupingBy(r -> r.at().epoch(), TreeMap::new, Collectors.toList()));
    if (byEpoch.isEmpty()) {
      return List.of();
    }
    List<String> labels = byEpoch.keySet().stream().map(String::valueOf).toList();
    return List.of(
        epochChart(
            "seconds",
            "Time per round",
            "Wall time, means over each epoch. What is above the slowest worker's time is Spark and averaging.",
            "seconds",
            false,
            labels,
            List.of(
                Series.of("Round", means(byEpoch, RoundLine.Cost::roundSeconds)),
                Series.of("Its slowest worker", means(byEpoch, RoundLine.Cost::workerSeconds)))),
        epochChart(
            "bytes",
            "Bytes per round",
            "Networks sent to all workers and handed back by them.",
            "MiB",
            false,
            labels,
            List.of(
                Series.of("Out", means(byEpoch, r -> r.bytesOut() / MEBIBYTE)),
                Series.of("Back", means(byEpoch, r -> r.bytesIn() / MEBIBYTE)))));
  }

  private static double[] means(
      Map<Integer, List<RoundLine>> byEpoch, ToDoubleFunction<RoundLine.Cost> value) {
    return byEpoch.values().stream()
        .mapToDouble(
            lines ->
                lines.stream().map(RoundLine::cost).mapToDouble(value).average().orElse(Double.NaN))
        .toArray();
  }

  private static double[] values(List<EpochLine> epochs, ToDoubleFunction<EpochLine> value) {
    return epochs.stream().mapToDouble(value).toArray();
  }

  private static Chart epochChart(
      String id,
      String title,
      String caption,
      String y,
      boolean logarithmic,
      List<String> labels,
      List<Series> series) {
    return new Chart(id, title, caption, "line", "epoch", y, logarithmic, labels, series);
  }
}
