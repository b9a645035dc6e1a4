package io.momentgan.config;

import java.io.Serializable;

/**
 * The pictures of a run.
 *
 * @param grid tiles of the grid of fixed z that is written each epoch; a square number
 * @param stored newly drawn samples that are stored each epoch, as the original did
 */
public record SamplesConfig(int grid, int stored) implements Serializable {
  /** Checks each setting by itself. */
  public SamplesConfig {
    int side = (int) Math.round(Math.sqrt(grid));
    ConfigException.check(
        grid > 0 && side * side == grid, "samples.grid", grid, "a square number such as 64");
    ConfigException.check(
        stored >= 11,
        "samples.stored",
        stored,
        "at least 11 (the sample sheet shows 0, 2, ... 10)");
  }
}
