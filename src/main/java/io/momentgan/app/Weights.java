package io.momentgan.app;

import io.momentgan.config.EvaluationConfig;
import io.momentgan.config.UserException;
import io.momentgan.network.NetworkState;
import io.momentgan.network.Snapshot;
import java.util.List;
import java.util.Locale;

/** Whose images are measured or drawn. */
enum Weights {
  /** The generator as trained. */
  RAW,
  /** The moving average of its weights. */
  EMA;

  /** Those that the settings name, the one that decides last. */
  static List<Weights> of(EvaluationConfig.Weights config) {
    return switch (config) {
      case RAW -> List.of(RAW);
      case EMA -> List.of(EMA);
      case BOTH -> List.of(RAW, EMA);
    };
  }

  /**
   * These weights of a training's generator.
   *
   * @param snapshot where the training stands
   */
  NetworkState generator(Snapshot snapshot) {
    if (this == EMA) {
      throw new UserException(
          "evaluation.weights: found ema, expected raw: this training keeps no moving average");
    }
    return snapshot.generator();
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
