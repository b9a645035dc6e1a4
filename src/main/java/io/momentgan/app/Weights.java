package io.momentgan.app;

import io.momentgan.network.NetworkState;
import io.momentgan.output.CheckpointInfo;

/** Which of a checkpoint's generators is meant. */
enum Weights {
  /** The generator that is trained. */
  RAW,
  /** Its exponential moving average. */
  EMA;

  /** Reads the generator. */
  NetworkState of(CheckpointFiles checkpoints, CheckpointInfo info) {
    return this == RAW ? checkpoints.generator(info) : checkpoints.emaGenerator(info);
  }
}
