package io.momentgan.config;

import static io.momentgan.config.ConfigException.check;

import java.io.Serializable;

/**
 * The networks that a training starts from in place of random ones.
 *
 * @param run location of another run's folder; empty for random networks
 * @param checkpoint rounds that the other run had made; 0 for its newest checkpoint
 * @param sha256 digest of that checkpoint's networks, in hexadecimal; empty for any
 */
public record StartConfig(String run, long checkpoint, String sha256) implements Serializable {
  public StartConfig {
    check(checkpoint >= 0, "checkpoint", checkpoint, "0 (the newest) or a number of rounds");
    check(
        sha256.matches("|[0-9a-f]{64}"),
        "sha256",
        '"' + sha256 + '"',
        "64 hexadecimal digits, or an empty text for any networks");
    check(
        !run.isBlank() || (checkpoint == 0 && sha256.isEmpty()),
        "run",
        "an empty text beside start.checkpoint or start.sha256",
        "the folder of a run");
  }

  /** Whether another run's networks are the start. */
  public boolean on() {
    return !run.isBlank();
  }
}
