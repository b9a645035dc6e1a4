package io.momentgan.app;

import io.momentgan.config.EvaluationConfig.Weights;
import io.momentgan.run.Checkpoint;
import io.momentgan.run.Run;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which generator {@code sample} and {@code generate} draw from, and {@code export} writes. */
final class GeneratorOptions {
  @Parameters(paramLabel = "RUN_URI", description = "The run's folder, the one with run.yaml.")
  private String uri;

  @Option(names = "--epoch", description = "Epoch of the checkpoint (default: the newest).")
  private Integer epoch;

  @Option(
      names = "--weights",
      defaultValue = "raw",
      description =
          "raw, or ema for the generator's moving average; export then takes the discriminator's, too,"
              + " if the run keeps one (default: ${DEFAULT-VALUE}).")
  private Weights weights;

  @Mixin private SettingOptions store;

  SettingOptions store() {
    return store.requireStore();
  }

  Weights weights() {
    return weights;
  }

  Run run() {
    return store().run(uri);
  }

  Checkpoint checkpoint(Run run) {
    return epoch == null ? run.checkpoints().requireNewest() : run.checkpoints().ofEpoch(epoch);
  }
}
