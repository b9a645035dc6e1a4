package io.momentgan.report;

import io.momentgan.run.EpochLine;
import java.util.List;
import java.util.Locale;

/**
 * Who is ahead: the generator's adversarial loss over the discriminator's, by the last batch of an
 * epoch after its updates, as the original prints them.
 *
 * <p>Losses below {@link #FLOOR} count as that much. Where a loss is negative (Wasserstein, hinge,
 * minimax) or was not measured there is no ratio: NaN.
 *
 * @param value generator over discriminator
 */
record LossRatio(double value) {
  /** What smaller losses count as. */
  static final double FLOOR = 1e-12;

  /** Ratios above it are flagged: the discriminator has won. */
  static final double FLAGGED = 1000;

  /** What is plotted. */
  static final String AXIS = "ln(G loss / D loss), natural logarithm";

  /** How to read it. */
  static final String CAPTION =
      "Natural logarithm of the generator's adversarial loss over the discriminator's, by each epoch's"
          + " last batch after its updates. The higher, the further the discriminator is ahead. 0, the"
          + " source's ideal, is not where neither is: a discriminator that tells nothing apart has"
          + " both cross-entropies of 0.69 in its loss and the generator one, ln(1/2) = -0.69.";

  /** The ratio at an epoch's end. */
  static LossRatio of(EpochLine epoch) {
    return of(epoch.last().gBce(), epoch.last().dLoss());
  }

  static LossRatio of(double generator, double discriminator) {
    boolean defined = generator >= 0 && discriminator >= 0;
    return new LossRatio(
        defined ? Math.max(generator, FLOOR) / Math.max(discriminator, FLOOR) : Double.NaN);
  }

  /** Its natural logarithm. */
  double log() {
    return Math.log(value);
  }

  boolean isFlagged() {
    return value > FLAGGED;
  }

  /**
   * A sentence for each flagged epoch.
   *
   * @param run the run's name
   * @param epochs its epochs
   */
  static List<String> flags(String run, List<EpochLine> epochs) {
    return epochs.stream()
        .filter(epoch -> of(epoch).isFlagged())
        .map(
            epoch ->
                String.format(
                    Locale.ROOT,
                    "%s, epoch %d: G loss / D loss is %.0f, above %.0f",
                    run,
                    epoch.epoch(),
                    of(epoch).value(),
                    FLAGGED))
        .toList();
  }

  /** Mean of |log| over the last half of the epochs, those that have none left out. */
  static double meanAbsoluteOfLastHalf(List<EpochLine> epochs) {
    return epochs.subList(epochs.size() / 2, epochs.size()).stream()
        .mapToDouble(epoch -> Math.abs(of(epoch).log()))
        .filter(Double::isFinite)
        .average()
        .orElse(Double.NaN);
  }
}
