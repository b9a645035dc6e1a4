package io.momentgan.training;

import io.momentgan.averaging.DivergedException;

/** A training that diverged, and what it leaves to go back to. */
public final class StoppedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * A training that diverged.
   *
   * @param cause names the round and the worker
   * @param lastGoodCheckpoint what to go back to
   */
  StoppedException(DivergedException cause, String lastGoodCheckpoint) {
    super("%s; %s".formatted(cause.getMessage(), lastGoodCheckpoint), cause);
  }
}
