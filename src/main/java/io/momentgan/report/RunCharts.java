package io.momentgan.report;

import io.momentgan.config.LossConfig;
import io.momentgan.evaluation.Equilibrium;
import io.momentgan.evaluation.Measure;
import io.momentgan.evaluation.Quality;
import io.momentgan.report.RunGroup.Member;
import io.momentgan.report.page.Chart;
import io.momentgan.report.page.Chart.Series;
import io.momentgan.report.page.LinePlot;
import io.momentgan.report.page.LinePlot.Scale;
import io.momentgan.run.metrics.ClassificationLine;
import io.momentgan.run.metrics.EpochLine;
import io.momentgan.run.metrics.QualityLine;
import io.momentgan.run.metrics.RoundLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The charts of one run. */
final class RunCharts {
  private static final double MEBIBYTE = 1024 * 1024;

  private RunCharts() {}

  static List<Chart> training(LossConfig loss, List<EpochLine> epochs) {
    List<String> labels = epochs.stream().map(e -> "" + e.epoch()).toList();
    Equilibrium equilibrium = Equilibrium.of(loss);
    boolean matches = loss.generator() == LossConfig.Generator.FEATURE_MATCHING;
    Chart losses =
        Chart.overEpochs(
            "losses",
            "Losses",
            "Means over each epoch. Losses do not rank GANs: the equilibrium is where neither wins, not where pictures are good.",
            "nats",
            false,
            labels,
            losses(matches, equilibrium, epochs));
    Chart ratio =
        Chart.overEpochs(
            "ratio",
            "Log loss ratio",
            LossRatio.CAPTION,
            LossRatio.AXIS,
            false,
            labels,
            line("ln(G / D)", epochs, e -> LossRatio.of(e).log()),
            Series.constant("0", 0, epochs.size()),
            Series.constant("+1", 1, epochs.size()),
            Series.constant("-1", -1, epochs.size()));
    Chart moments =
        Chart.overEpochs(
            "moments",
            "Moment distance",
            "Distance of generated from real batches, means over each epoch, beside the floor: the distance between two real batches. At the floor moments cannot tell them apart.",
            "0.1 x sum |difference|",
            true,
            labels,
            line("Mean term", epochs, e -> e.mean().momentMean()),
            line("Variance term", epochs, e -> e.mean().momentVar()),
            line("Floor of the mean term", epochs, e -> e.context().momentMeanFloor())
                .coloured(0)
                .asReference(),
            line("Floor of the variance term", epochs, e -> e.context().momentVarFloor())
                .coloured(1)
                .asReference());
    boolean measured = epochs.stream().anyMatch(e -> Double.isFinite(e.last().momentMean()));
    List<Chart> charts = new ArrayList<>();
    if (!epochs.isEmpty()) {
      charts.add(losses);
    }
    if (!epochs.isEmpty() && !matches) { // a distance of features is no cross-entropy
      charts.add(ratio);
    }
    if (measured) {
      charts.add(moments);
    }
    return charts;
  }

  /** The chart of the errors of at least one epoch. */
  static Chart errors(List<ClassificationLine> lines) {
    ClassificationLine last = lines.get(lines.size() - 1);
    return Chart.overEpochs(
        "errors",
        "Errors",
        "Of %,d %s images, after each epoch. Lower is better."
            .formatted(last.images(), last.split()),
        "errors",
        lines.stream().allMatch(line -> line.errors() > 0),
        lines.stream().map(line -> "" + line.epoch()).toList(),
        Series.of("Errors", lines.stream().mapToDouble(ClassificationLine::errors).toArray()));
  }

  private static Series[] losses(boolean matches, Equilibrium equilibrium, List<EpochLine> epochs) {
    String generator = matches ? "Generator, distance of features" : "Generator, adversarial";
    Stream<Series> lines =
        Stream.of(
            line("Discriminator", epochs, e -> e.mean().dLoss()),
            line(generator, epochs, e -> e.mean().gBce()));
    Series penalty = line("Gradient penalty", epochs, e -> e.mean().gradientPenalty());
    // Of the hinge loss it is a range, and Wasserstein's has none.
    boolean one = equilibrium.lowestGenerator() == equilibrium.highestGenerator();
    Series reference =
        Series.constant("Generator's equilibrium", equilibrium.lowestGenerator(), epochs.size());
    return Stream.of(
            lines,
            isPenalised(epochs) ? Stream.of(penalty) : Stream.<Series>empty(),
            one ? Stream.of(reference) : Stream.<Series>empty())
        .flatMap(each -> each)
        .toArray(Series[]::new);
  }

  private static boolean isPenalised(List<EpochLine> epochs) {
    return epochs.stream().anyMatch(e -> e.mean().gradientPenalty() != 0);
  }

  private static Series line(
      String name, List<EpochLine> epochs, ToDoubleFunction<EpochLine> value) {
    return Series.of(name, epochs.stream().mapToDouble(value).toArray());
  }

  /** Charts of at least one evaluation. */
  static List<Chart> quality(List<QualityLine> lines) {
    List<String> labels = lines.stream().map(l -> "" + l.epoch()).distinct().toList();
    QualityLine last = lines.get(lines.size() - 1);
    List<Chart> charts =
        List.of(
            Chart.overEpochs(
                "fd",
                "Frechet distance",
                "Lower is better. Between real images, which no generator should be expected to pass, and independent pixels with the right marginals.",
                "FD",
                true,
                labels,
                withBounds(lines, labels, "fd")),
            Chart.overEpochs(
                "variety",
                "Coverage, recall and precision",
                "Coverage and recall see variety, precision sees quality; dashed: coverage of real images.",
                "share",
                false,
                labels,
                curve("Coverage", last.weights(), lines, labels, "coverage"),
                curve("Recall", last.weights(), lines, labels, "recall"),
                curve("Precision", last.weights(), lines, labels, "precision"),
                Series.constant("Coverage of real images", last.real().coverage(), labels.size())));
    // An extractor that was trained without labels names no classes.
    return last.quality().classShares().isEmpty()
        ? charts
        : Stream.concat(charts.stream(), Stream.of(classifierScore(lines, labels), classes(last)))
            .toList();
  }

  private static Chart classifierScore(List<QualityLine> lines, List<String> labels) {
    return Chart.overEpochs(
        "score",
        "Classifier score",
        "Higher is better, up to the score of real images. It does not look at real images: never read it alone.",
        "score",
        false,
        labels,
        withBounds(lines, labels, "classifier-score"));
  }

  /** A curve for each kind of weights, between those of real images and independent pixels. */
  private static Series[] withBounds(List<QualityLine> lines, List<String> labels, String key) {
    QualityLine last = lines.get(lines.size() - 1);
    Measure<Quality> measure = Measure.ofQuality(key);
    ToDoubleFunction<? super Quality> value = measure.value();
    Stream<Series> curves =
        lines.stream()
            .map(QualityLine::weights)
            .distinct()
            .map(w -> curve("%s (%s)".formatted(measure.name(), w), w, lines, labels, key));
    return Stream.concat(
            curves,
            Stream.of(
                Series.constant("Real images", value.applyAsDouble(last.real()), labels.size()),
                Series.constant(
                    "Independent pixels",
                    value.applyAsDouble(last.independentPixels()),
                    labels.size())))
        .toArray(Series[]::new);
  }

  private static Series curve(
      String name, String weights, List<QualityLine> lines, List<String> labels, String key) {
    Map<String, Double> byEpoch =
        lines.stream()
            .filter(l -> l.weights().equals(weights))
            .collect(
                Collectors.toMap(
                    l -> "" + l.epoch(),
                    l -> Measure.ofQuality(key).value().applyAsDouble(l.quality()),
                    (older, newer) -> newer));
    return Series.of(
        name, labels.stream().mapToDouble(l -> byEpoch.getOrDefault(l, Double.NaN)).toArray());
  }

  private static Chart classes(QualityLine line) {
    List<Double> shares = line.quality().classShares();
    return new Chart(
        "classes",
        "Classes",
        "Share of each class among the images of epoch %d (%s), as the extractor sees them, beside real images."
            .formatted(line.epoch(), line.weights()),
        "bar",
        "class",
        "share",
        false,
        IntStream.range(0, shares.size()).mapToObj(c -> "" + c).toList(),
        List.of(Series.of("Generated", shares), Series.of("Real", line.real().classShares())));
  }

  static List<Chart> cost(List<RoundLine> rounds) {
    Map<Integer, List<RoundLine.Cost>> byEpoch =
        rounds.stream()
            .collect(
                Collectors.groupingBy(
                    r -> r.at().epoch(),
                    TreeMap::new,
                    Collectors.mapping(RoundLine::cost, Collectors.toList())));
    List<String> labels = byEpoch.keySet().stream().map(e -> "" + e).toList();
    return byEpoch.isEmpty()
        ? List.of()
        : List.of(
            Chart.overEpochs(
                "seconds",
                "Time per round",
                "Wall time, means over each epoch. The time above the slowest worker's goes to Spark and averaging.",
                "seconds",
                false,
                labels,
                means("Round", byEpoch, RoundLine.Cost::roundSeconds),
                means("Its slowest worker", byEpoch, RoundLine.Cost::workerSeconds)),
            Chart.overEpochs(
                "bytes",
                "Bytes per round",
                "Networks sent to all workers and handed back by them.",
                "MiB",
                false,
                labels,
                means("Out", byEpoch, c -> c.bytesOut() / MEBIBYTE),
                means("Back", byEpoch, c -> c.bytesIn() / MEBIBYTE)));
  }

  private static Series means(
      String name,
      Map<Integer, List<RoundLine.Cost>> byEpoch,
      ToDoubleFunction<RoundLine.Cost> value) {
    return Series.of(
        name,
        byEpoch.values().stream()
            .mapToDouble(c -> c.stream().mapToDouble(value).average().orElse(Double.NaN))
            .toArray());
  }

  /**
   * Draws losses over epochs, and the moment terms beside their floors, by each epoch's last batch
   * as the original's figures do.
   */
  static LinePlot lossPlot(String title, List<EpochLine> epochs) {
    List<LinePlot.Line> losses = new ArrayList<>();
    losses.add(line("Discriminator", epochs, e -> e.last().dLoss(), 0));
    losses.add(line("Generator (adversarial part)", epochs, e -> e.last().gBce(), 1));
    if (isPenalised(epochs)) {
      losses.add(line("Gradient penalty", epochs, e -> e.last().gradientPenalty(), 4));
    }
    List<LinePlot.Line> moments =
        List.of(
            line("Mean term", epochs, e -> e.last().momentMean(), 2),
            line("Variance term", epochs, e -> e.last().momentVar(), 3),
            line("Floor of the mean", epochs, e -> e.context().momentMeanFloor(), 2),
            line("Floor of the variance", epochs, e -> e.context().momentVarFloor(), 3));
    return new LinePlot(
        title,
        LinePlot.EPOCH,
        List.of(
            new LinePlot.Panel("Loss of the last batch (nats)", Scale.BY_RANGE, losses),
            new LinePlot.Panel("Moment terms of the last batch", Scale.BY_RANGE, moments)));
  }

  private static LinePlot.Line line(
      String name, List<EpochLine> epochs, ToDoubleFunction<EpochLine> value, int colour) {
    double[] x = epochs.stream().mapToDouble(EpochLine::epoch).toArray();
    double[] y = epochs.stream().mapToDouble(value).toArray();
    return new LinePlot.Line(name, x, y, colour, name.startsWith("Floor"));
  }

  /** Draws the log loss ratios of runs over epochs. */
  static LinePlot ratioPlot(List<Member> runs) {
    return overEpochs(RunColumns.LOG_RATIO, runs);
  }

  /** Draws a measure over epochs, a line for each run. */
  static LinePlot overEpochs(Measure<Member> measure, List<Member> runs) {
    List<LinePlot.Line> lines = new ArrayList<>();
    for (Member run : runs) {
      // Epochs without an evaluation are no gap.
      List<Integer> epochs =
          RunColumns.isQuality(measure.key())
              ? run.quality().stream().map(QualityLine::epoch).distinct().toList()
              : run.epochs().stream().map(EpochLine::epoch).toList();
      double[] x = epochs.stream().mapToDouble(Integer::doubleValue).toArray();
      lines.add(new LinePlot.Line(run.name(), x, run.curve(measure, epochs), lines.size(), false));
    }
    String unit = measure.unit().isEmpty() ? "" : " (%s)".formatted(measure.unit());
    Scale scale = measure.equals(RunColumns.LOG_RATIO) ? Scale.ABOUT_ZERO : Scale.BY_RANGE;
    return new LinePlot(
        "", LinePlot.EPOCH, List.of(new LinePlot.Panel(measure.name() + unit, scale, lines)));
  }
}
