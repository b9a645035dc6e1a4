package io.momentgan.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** An experiment that trains in a second or two. */
final class TinyExperiment {
  private static final String YAML =
      """
      name: tiny
      data: {validation: 0, glyphs: {train: 400, test: 20}}
      latent: {size: 10}
      generator: {layers: [{type: dense, units: 16}]}
      discriminator: {layers: [{type: dense, units: 16}]}
      train: {epochs: 2, batch-size: 20, workers: 2, averaging-frequency: 4}
      samples: {grid: 16, stored: 11}
      """;

  private TinyExperiment() {}

  /** Writes the settings file into a folder. */
  static Path in(Path folder) {
    try {
      return Files.writeString(Files.createDirectories(folder).resolve("tiny.yaml"), YAML);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Arguments of {@code train} with an output folder and some settings. */
  static String[] training(Path folder, String... settings) {
    List<String> args =
        new ArrayList<>(
            List.of("train", in(folder).toString(), "--out", folder.resolve("runs").toString()));
    Stream.of(settings).forEach(setting -> args.addAll(List.of("--set", setting)));
    return args.toArray(String[]::new);
  }

  /** Trains and gives the run's folder. */
  static Path train(Path folder, String... settings) {
    CommandRun run = CommandRun.of(training(folder, settings)).succeeds();
    String uri = run.out().lines().reduce((a, b) -> b).orElse("");
    assertThat(uri).startsWith("Run folder: file:");
    return Path.of(uri.substring("Run folder: file:".length()));
  }
}
