package io.momentgan.report;

import io.momentgan.run.EpochLine;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.commons.lang3.time.DurationFormatUtils;

/** The final figures of a run, each with what it is read against. */
final class Summary {
  private Summary() {}

  /**
   * A figure.
   *
   * @param name what it is
   * @param last its value on the last batch
   * @param mean its mean over the last epoch; "" where there is none
   * @param against what it is read against
   */
  record Figure(String name, String last, String mean, String against) {}

  static List<Figure> of(RunText run, EpochLine line) {
    List<Figure> figures = new ArrayList<>();
    figures.add(new Figure("Epochs", String.valueOf(line.epoch()), "", "of " + run.epochs()));
    figures.add(
        new Figure(
            "Training time",
            DurationFormatUtils.formatDuration(Math.round(line.seconds()) * 1000, "H:mm:ss"),
            "",
            String.format(
                Locale.ROOT, "%,d iterations in %,d rounds", line.iteration(), line.round())));
    figures.addAll(losses(run, line));
    if (Double.isFinite(line.momentMean())) {
      figures.addAll(moments(line));
    }
    String undecided =
        number((run.number("/loss/real-target") + run.number("/loss/fake-target")) / 2)
            + ": undecided";
    figures.add(new Figure("D on real images", number(line.dReal()), "", undecided));
    figures.add(new Figure("D on generated images", number(line.dFake()), "", undecided));
    return figures;
  }

  private static List<Figure> losses(RunText run, EpochLine line) {
    double real = run.number("/loss/real-target");
    double fake = run.number("/loss/fake-target");
    double p = (real + fake) / 2;
    String leastD = number(entropy(real, real) + entropy(fake, fake));
    String evenD = number(entropy(real, p) + entropy(fake, p));
    boolean nonSaturating = run.setting("/loss/generator").equals("non-saturating");
    return List.of(
        new Figure(
            "Discriminator loss",
            number(line.dLoss()),
            number(line.dLossEpochMean()),
            "equilibrium %s, least possible %s".formatted(evenD, leastD)),
        new Figure(
            "Generator loss, adversarial part",
            number(line.gBce()),
            number(line.gBceEpochMean()),
            nonSaturating ? "equilibrium " + number(-Math.log(p)) : ""));
  }

  private static List<Figure> moments(EpochLine line) {
    return List.of(
        new Figure(
            "Mean term",
            number(line.momentMean()),
            number(line.momentMeanEpochMean()),
            floor(line.momentMean(), line.momentMeanFloor())),
        new Figure(
            "Variance term",
            number(line.momentVar()),
            number(line.momentVarEpochMean()),
            floor(line.momentVar(), line.momentVarFloor())));
  }

  private static String floor(double value, double floor) {
    return String.format(
        Locale.ROOT, "two real batches: %s (ratio %.2f)", number(floor), value / floor);
  }

  /** Cross-entropy of a target t and a probability p, in nats. */
  private static double entropy(double t, double p) {
    return (t == 0 ? 0 : -t * Math.log(p)) + (t == 1 ? 0 : -(1 - t) * Math.log(1 - p));
  }

  /** Three decimals; "-" for what was not measured. */
  static String number(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%.3f", value) : "-";
  }
}
