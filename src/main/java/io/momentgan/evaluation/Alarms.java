package io.momentgan.evaluation;

import io.momentgan.config.LossConfig;
import io.momentgan.config.MomentsConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.commons.math3.stat.descriptive.moment.StandardDeviation;

/**
 * Early signs of a failing GAN ("How to Train a GAN", tip 10: track failures early), judged against
 * the {@link Equilibrium} of the run's own loss.
 *
 * <ul>
 *   <li>The discriminator has won: its loss is within 3 % of the way from its floor to equilibrium.
 *   <li>A gradient norm is above 100. The generator's is not judged where the moment penalty takes
 *       part in it, since that grows with the number of values of an image.
 *   <li>The discriminator's loss is unsteady: its standard deviation over 10 epochs is more than
 *       half of the way from its floor to equilibrium.
 *   <li>The generator's loss has fallen for 10 epochs, to below its equilibrium.
 *   <li>Collapse: the variance term of the moment distance is more than half of what it is for a
 *       generator whose images are all alike. On MNIST, images of one class alone have 0.59 of it,
 *       those of three classes 0.21.
 * </ul>
 */
public final class Alarms {
  private static final double NEAR_FLOOR_SHARE = 0.03;
  private static final double LARGE_GRADIENT_NORM = 100;
  private static final double LARGE_SD_SHARE = 0.5;
  private static final double COLLAPSED_SHARE = 0.5;
  private static final int WINDOW_EPOCHS = 10;

  private final Equilibrium equilibrium;
  private final boolean penalised;
  private final double realVariance;
  private final List<Epoch> seen = new ArrayList<>();

  /**
   * Figures of an epoch.
   *
   * @param dLoss mean discriminator loss, without a class head's
   * @param gBce mean adversarial loss of the generator
   * @param maxGradientNorm largest norm of the gradients that are judged
   * @param momentVariance mean variance term of the moment distance
   */
  public record Epoch(double dLoss, double gBce, double maxGradientNorm, double momentVariance) {}

  /**
   * Starts watching a training.
   *
   * @param loss the adversarial losses
   * @param moments whether the penalty takes part in the generator's gradient
   * @param realVariance the variance term of a generator whose images are all alike; NaN where
   *     moments are not measured
   */
  public Alarms(LossConfig loss, MomentsConfig moments, double realVariance) {
    this.equilibrium = Equilibrium.of(loss);
    this.penalised = moments.penalised();
    this.realVariance = realVariance;
  }

  /**
   * Adds the next epoch.
   *
   * @return the alarms that it raises, each a sentence; usually none
   */
  public List<String> next(Epoch epoch) {
    seen.add(epoch);
    List<String> raised = new ArrayList<>();
    if (epoch.dLoss() < equilibrium.floor() + NEAR_FLOOR_SHARE * equilibrium.gap()) {
      raised.add(
          format(
              "The discriminator's loss %.4f is at its floor %.4f: it has won, and the generator learns nothing",
              epoch.dLoss(), equilibrium.floor()));
    }
    if (epoch.maxGradientNorm() > LARGE_GRADIENT_NORM) {
      raised.add(
          format(
              "A gradient norm of %.0f is above %.0f%s",
              epoch.maxGradientNorm(),
              LARGE_GRADIENT_NORM,
              penalised ? " (the discriminator's)" : ""));
    }
    if (epoch.momentVariance() > COLLAPSED_SHARE * realVariance) {
      raised.add(
          format(
              "The variance term %.3f is %.0f %% of the real images' whole variance %.3f: the"
                  + " generated images are nearly alike (mode collapse), or noise",
              epoch.momentVariance(), 100 * epoch.momentVariance() / realVariance, realVariance));
    }
    if (seen.size() >= WINDOW_EPOCHS) {
      window(raised);
    }
    return raised;
  }

  private void window(List<String> raised) {
    List<Epoch> last = seen.subList(seen.size() - WINDOW_EPOCHS, seen.size());
    double sd = new StandardDeviation().evaluate(last.stream().mapToDouble(Epoch::dLoss).toArray());
    if (sd > LARGE_SD_SHARE * equilibrium.gap()) {
      raised.add(
          format(
              "The discriminator's loss is unsteady: standard deviation %.2f over %d epochs",
              sd, WINDOW_EPOCHS));
    }
    // Down to the equilibrium the loss falls in any good training.
    double newest = last.get(last.size() - 1).gBce();
    if (falling(last) && newest < equilibrium.lowestGenerator()) {
      raised.add(
          format(
              "The generator's loss has fallen for %d epochs, to %.2f, below the equilibrium %.2f: it may"
                  + " fool the discriminator with garbage",
              WINDOW_EPOCHS, newest, equilibrium.lowestGenerator()));
    }
  }

  private static boolean falling(List<Epoch> epochs) {
    for (int i = 1; i < epochs.size(); i++) {
      if (epochs.get(i).gBce() >= epochs.get(i - 1).gBce()) {
        return false;
      }
    }
    return true;
  }

  private static String format(String text, Object... figures) {
    return String.format(Locale.ROOT, text, figures);
  }
}
