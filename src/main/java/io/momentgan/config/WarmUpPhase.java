package io.momentgan.config;

import java.io.Serializable;

/**
 * A phase at the beginning of the training with its own number of iterations per round.
 *
 * @param epochs how long it lasts
 * @param averagingFrequency iterations per round
 */
public record WarmUpPhase(int epochs, int averagingFrequency) implements Serializable {
  /** Checks each setting by itself. */
  public WarmUpPhase {
    ConfigException.check(epochs > 0, "train.warm-up.epochs", epochs, "a positive number");
    ConfigException.check(
        averagingFrequency > 0,
        "train.warm-up.averaging-frequency",
        averagingFrequency,
        "a positive number");
  }
}
