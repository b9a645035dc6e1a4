package io.momentgan.report;

import io.momentgan.run.metrics.EpochLine;
import java.util.List;
import java.util.Locale;

/**
 * The generator's adversarial loss over the discriminator's, by an epoch's last batch after its
 * updates, as the original prints them.
 *
 * <p>Losses below {@link #FLOOR} count as that much. Without a ratio (NaN): negative losses
 * (Wasserstein, hinge, minimax) and missing ones.
 *
 * @param value generator over discriminator
 */
record LossRatio(double value) {
  static final double FLOOR = 1e-12;

  /** Larger ratios are flagged: the discriminator has won. */
  static final double FLAGGED = 1000;

  static final String AXIS = "ln(G loss / D loss), natural logarithm";

  static final String CAPTION =
      "Natural logarithm of the generator's adversarial loss over the discriminator's, by each epoch's"
          + " last batch after its updates. The higher, the further the discriminator is ahead. The"
          + " source aims at 0, but by cross-entropies without smoothing the equilibrium is at ln(1/2) ="
          + " -0.69: a discriminator that cannot tell real from generated pays 0.69 twice, the generator"
          + " once.";

  static LossRatio of(EpochLine epoch) {
    return of(epoch.last().gBce(), epoch.last().dLoss());
  }

  static LossRatio of(double generator, double discriminator) {
    boolean defined = generator >= 0 && discriminator >= 0;
    return new LossRatio(
        defined ? Math.max(generator, FLOOR) / Math.max(discriminator, FLOOR) : Double.NaN);
  }

  double log() {
    return Math.log(value);
  }

  boolean isFlagged() {
    return value > FLAGGED;
  }

  /** Makes a sentence for each flagged epoch. */
  static List<String> flags(String run, List<EpochLine> epochs) {
    return epochs.stream().filter(epoch -> of(epoch).isFlagged()).map(e -> flag(run, e)).toList();
  }

  private static String flag(String run, EpochLine epoch) {
    return String.format(
        Locale.ROOT,
        "%s, epoch %d: G loss / D loss is %.0f, above %.0f",
        run,
        epoch.epoch(),
        of(epoch).value(),
        FLAGGED);
  }

  /** Mean of |log| over the last half of the epochs, without those that have none. */
  static double meanAbsoluteOfLastHalf(List<EpochLine> epochs) {
    return epochs.subList(epochs.size() / 2, epochs.size()).stream()
        .mapToDouble(epoch -> Math.abs(of(epoch).log()))
        .filter(Double::isFinite)
        .average()
        .orElse(Double.NaN);
  }
}
