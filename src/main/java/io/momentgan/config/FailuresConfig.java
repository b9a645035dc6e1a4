package io.momentgan.config;

import java.io.Serializable;

/**
 * What a run puts up with before it gives up.
 *
 * @param limit failed attempts at rounds that end the run, when they fall
 * @param window within so many rounds
 * @param roundSeconds wall time after which an attempt at a round has failed; 0 for no limit
 */
public record FailuresConfig(int limit, int window, int roundSeconds) implements Serializable {
  /** Checks each setting by itself. */
  public FailuresConfig {
    ConfigException.check(limit > 0, "failures.limit", limit, "a positive number of attempts");
    ConfigException.check(window > 0, "failures.window", window, "a positive number of rounds");
    ConfigException.check(
        roundSeconds >= 0, "failures.round-seconds", roundSeconds, "0 (no limit) or more");
  }
}
