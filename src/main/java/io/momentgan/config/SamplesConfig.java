package io.momentgan.config;

import java.io.Serializable;
import java.util.List;

/**
 * The pictures of a run.
 *
 * @param grid tiles of the grid of fixed z that is written each epoch; a square number
 * @param stored newly drawn samples that are stored each epoch, as the original did
 * @param iterations after which the grid is written too, each at the end of its round
 */
public record SamplesConfig(int grid, int stored, List<Long> iterations) implements Serializable {
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
    iterations = List.copyOf(iterations);
    ConfigException.check(
        iterations.stream().allMatch(i -> i > 0)
            && iterations.stream().distinct().count() == iterations.size(),
        "samples.iterations",
        iterations,
        "positive numbers, each once, such as [100, 400]");
  }
}
