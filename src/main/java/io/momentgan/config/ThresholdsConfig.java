package io.momentgan.config;

import java.io.Serializable;

/**
 * More updates of a network in an iteration for as long as its loss, averaged over the workers, is
 * above a threshold. The list of GAN hacks advises against it (item 11), so it is off by default.
 *
 * @param dLoss the discriminator goes on above it; 0 for off
 * @param gLoss the generator goes on while the adversarial part of its loss is above it; 0 for off
 * @param mostSteps most updates of a network in an iteration, the ordinary ones among them
 */
public record ThresholdsConfig(double dLoss, double gLoss, int mostSteps) implements Serializable {
  /** Checks each setting by itself. */
  public ThresholdsConfig {
    ConfigException.check(
        dLoss >= 0, "train.thresholds.d-loss", dLoss, "0 (off) or a positive number");
    ConfigException.check(
        gLoss >= 0, "train.thresholds.g-loss", gLoss, "0 (off) or a positive number");
    ConfigException.check(
        mostSteps > 0, "train.thresholds.most-steps", mostSteps, "a positive number");
  }

  /** Whether any update depends on a loss. */
  public boolean on() {
    return dLoss > 0 || gLoss > 0;
  }
}
