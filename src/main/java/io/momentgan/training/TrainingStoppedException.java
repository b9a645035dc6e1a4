package io.momentgan.training;

import io.momentgan.averaging.DivergedException;

/** A training ended before its last round. Its folder is valid. */
public final class TrainingStoppedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean diverged;

  private TrainingStoppedException(String message, Throwable cause, boolean diverged) {
    super(message, cause);
    this.diverged = diverged;
  }

  static TrainingStoppedException diverged(DivergedException cause, String lastGoodCheckpoint) {
    return new TrainingStoppedException(
        "%s; %s".formatted(cause.getMessage(), lastGoodCheckpoint), cause, true);
  }

  static TrainingStoppedException failed(String message, Throwable cause) {
    return new TrainingStoppedException(message, cause, false);
  }

  /** Whether a loss or parameter was not finite; otherwise, too many rounds failed. */
  public boolean isDiverged() {
    return diverged;
  }
}
