package io.momentgan;

import io.momentgan.config.Experiment;
import io.momentgan.config.ExperimentReader;
import java.nio.file.Path;
import java.util.List;

/** Experiments for tests. */
public final class Experiments {
  /** Root of the repository. */
  public static final Path REPOSITORY =
      Path.of(System.getProperty("momentgan.repository", ".")).toAbsolutePath();

  private Experiments() {}

  /**
   * An experiment of {@code conf/experiments}.
   *
   * @param name without ".yaml"
   * @param overrides settings of the form key=value
   */
  public static Experiment named(String name, String... overrides) {
    Path file = REPOSITORY.resolve("conf/experiments/" + name + ".yaml");
    return ExperimentReader.read(file, List.of(overrides));
  }

  /**
   * A small experiment: z of 3, networks of 5 and 4 hidden units.
   *
   * @param overrides settings of the form key=value
   */
  public static Experiment small(String... overrides) {
    String yaml =
        """
        name: small
        data: {validation: 0, glyphs: {train: 400, test: 20}}
        latent: {size: 3}
        generator:
          layers: [{type: dense, units: 5}]
        discriminator:
          layers: [{type: dense, units: 4}]
        train: {epochs: 2, batch-size: 8, workers: 1, averaging-frequency: 4}
        samples: {grid: 16}
        """;
    return ExperimentReader.read(yaml, "small", List.of(overrides));
  }
}
