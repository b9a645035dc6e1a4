package io.momentgan.evaluation;

import io.momentgan.config.LossConfig;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.math3.stat.descriptive.moment.StandardDeviation;

/** Early signs of a failing GAN ("How to Train a GAN", tip 10: track failures early). */
public final class Alarms {
  private static final double NEAR_FLOOR_NATS = 0.03;
  private static final double LARGE_GRADIENT_NORM = 100;
  private static final double LARGE_SD = 0.5;
  private static final int WINDOW_EPOCHS = 10;

  private final double floor;
  private final double equilibrium;
  private final List<Epoch> seen = new ArrayList<>();

  /**
   * Figures of an epoch.
   *
   * @param dLoss mean discriminator loss
   * @param gBce mean adversarial loss of the generator
   * @param maxGradientNorm largest gradient norm of either network
   */
  public record Epoch(double dLoss, double gBce, double maxGradientNorm) {}

  /**
   * Starts watching a training.
   *
   * @param loss its targets bound the discriminator's loss from below
   */
  public Alarms(LossConfig loss) {
    double real = target(loss.realRange(), loss.realTarget());
    double fake = target(loss.fakeRange(), loss.fakeTarget());
    switch (loss.type()) {
      case CROSS_ENTROPY -> {
        floor = entropy(real) + entropy(fake);
        equilibrium = -Math.log((real + fake) / 2);
      }
      case LEAST_SQUARES, HINGE -> {
        floor = 0;
        equilibrium = Double.NEGATIVE_INFINITY;
      }
      default -> {
        floor = Double.NEGATIVE_INFINITY;
        equilibrium = Double.NEGATIVE_INFINITY;
      }
    }
  }

  /** The least possible loss of the discriminator: with cross-entropy its targets', in nats. */
  public double floor() {
    return floor;
  }

  /**
   * Adds the next epoch.
   *
   * @return the alarms that it raises, each a sentence; usually none
   */
  public List<String> next(Epoch epoch) {
    seen.add(epoch);
    List<String> raised = new ArrayList<>();
    if (epoch.dLoss() < floor + NEAR_FLOOR_NATS) {
      raised.add(
          "The discriminator's loss %.4f is at its floor %.4f: it has won, and the generator learns nothing"
              .formatted(epoch.dLoss(), floor));
    }
    if (epoch.maxGradientNorm() > LARGE_GRADIENT_NORM) {
      raised.add(
          "A gradient norm of %.0f is above %.0f"
              .formatted(epoch.maxGradientNorm(), LARGE_GRADIENT_NORM));
    }
    if (seen.size() >= WINDOW_EPOCHS) {
      window(raised);
    }
    return raised;
  }

  private void window(List<String> raised) {
    List<Epoch> last = seen.subList(seen.size() - WINDOW_EPOCHS, seen.size());
    double sd = new StandardDeviation().evaluate(last.stream().mapToDouble(Epoch::dLoss).toArray());
    if (sd > LARGE_SD) {
      raised.add(
          "The discriminator's loss is unsteady: standard deviation %.2f over %d epochs"
              .formatted(sd, WINDOW_EPOCHS));
    }
    // Down to the equilibrium the loss falls in any good training.
    double newest = last.get(last.size() - 1).gBce();
    if (falling(last) && newest < equilibrium) {
      raised.add(
          ("The generator's loss has fallen for %d epochs, to %.2f, below the equilibrium %.2f: it may"
                  + " fool the discriminator with garbage")
              .formatted(WINDOW_EPOCHS, newest, equilibrium));
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

  private static double target(List<Double> range, double fixed) {
    return range.isEmpty() ? fixed : (range.get(0) + range.get(1)) / 2;
  }

  /** Entropy of a target in nats. */
  private static double entropy(double p) {
    return p <= 0 || p >= 1 ? 0 : -p * Math.log(p) - (1 - p) * Math.log(1 - p);
  }
}
