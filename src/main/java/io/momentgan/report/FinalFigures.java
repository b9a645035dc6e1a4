package io.momentgan.report;

import io.momentgan.config.Experiment;
import io.momentgan.evaluation.Equilibrium;
import io.momentgan.report.page.Table;
import io.momentgan.run.metrics.EpochLine;
import java.util.List;
import java.util.Locale;
import org.apache.commons.lang3.time.DurationFormatUtils;

/** The figures of a run's last epoch, beside those that they are read against. */
final class FinalFigures {
  private FinalFigures() {}

  /** Makes the section: a table of the last epoch, if one is finished. */
  static String html(Experiment experiment, List<EpochLine> epochs) {
    if (epochs.isEmpty()) {
      return "<p>No epoch is finished yet.</p>\n";
    }
    EpochLine line = epochs.get(epochs.size() - 1);
    Equilibrium equilibrium = Equilibrium.of(experiment.loss());
    double weight = experiment.loss().weight();
    boolean penalised = experiment.loss().gradientPenalty().on();
    Table table = new Table("lrrl", "Figure", "Last batch", "Epoch mean", "Compare with");
    table.row("Epochs", "" + line.epoch(), "", "of " + experiment.train().epochs());
    table.row(
        "Training time",
        DurationFormatUtils.formatDuration(Math.round(line.at().seconds()) * 1000, "H:mm:ss"),
        "",
        String.format(
            Locale.ROOT, "%,d iterations in %,d rounds", line.at().iteration(), line.at().round()));
    table.row(
        "Discriminator loss",
        number(line.last().dLoss()),
        number(line.mean().dLoss()),
        "equilibrium %s, least possible %s%s"
            .formatted(
                number(weight * equilibrium.discriminator()),
                number(weight * equilibrium.floor()),
                (experiment.labels().predicted() > 0 ? ", both without the classes'" : "")
                    + (penalised ? ", both without the penalty" : "")));
    if (penalised) {
      table.row(
          "Gradient penalty",
          number(line.last().gradientPenalty()),
          number(line.mean().gradientPenalty()),
          "a part of the discriminator loss");
    }
    table.row(
        "Generator loss, adversarial part",
        number(line.last().gBce()),
        number(line.mean().gBce()),
        "equilibrium " + range(equilibrium.lowestGenerator(), equilibrium.highestGenerator()));
    if (Double.isFinite(line.last().momentMean())) {
      double meanFloor = line.context().momentMeanFloor();
      double varFloor = line.context().momentVarFloor();
      moment(table, "Mean term", line.last().momentMean(), line.mean().momentMean(), meanFloor);
      moment(table, "Variance term", line.last().momentVar(), line.mean().momentVar(), varFloor);
    }
    String undecided = number(equilibrium.probability()) + ": undecided";
    table.row("D on real images", number(line.context().dReal()), "", undecided);
    table.row("D on generated images", number(line.context().dFake()), "", undecided);
    return "<h2>Final figures</h2>\n"
        + table.html().replaceFirst("<table>", "<table class=\"figures\">");
  }

  private static void moment(Table table, String name, double last, double mean, double floor) {
    String ratio = String.format(Locale.ROOT, "ratio %.2f", last / floor);
    table.row(
        name,
        number(last),
        number(mean),
        "two real batches: %s (%s)".formatted(number(floor), ratio));
  }

  private static String range(double lowest, double highest) {
    return lowest < highest ? number(lowest) + " to " + number(highest) : number(lowest);
  }

  private static String number(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%.3f", value) : "-";
  }
}
