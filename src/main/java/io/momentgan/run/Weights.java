package io.momentgan.run;

import io.momentgan.config.EvaluationConfig;
import io.momentgan.network.state.NetworkState;
import java.util.List;
import java.util.Locale;

/** Which of a checkpoint's generators is meant. */
public enum Weights {
  /** The generator that is trained. */
  RAW,
  /** Its exponential moving average. */
  EMA;

  /** Reads the generator. */
  public NetworkState of(CheckpointFiles checkpoints, CheckpointInfo info) {
    return this == RAW ? checkpoints.generator(info) : checkpoints.emaGenerator(info);
  }

  /** Those that the settings name, the one that decides last. */
  public static List<Weights> of(EvaluationConfig.Weights config) {
    return switch (config) {
      case RAW -> List.of(RAW);
      case EMA -> List.of(EMA);
      case BOTH -> List.of(RAW, EMA);
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
