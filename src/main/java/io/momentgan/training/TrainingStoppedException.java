package io.momentgan.training;

import io.momentgan.averaging.DivergedException;
import io.momentgan.device.StopRequests;
import java.util.Optional;

/** A training ended before its last round. Its folder is valid. */
public final class TrainingStoppedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean diverged;
  private final StopRequests.Signal signal;

  private TrainingStoppedException(
      String message, Throwable cause, boolean diverged, StopRequests.Signal signal) {
    super(message, cause);
    this.diverged = diverged;
    this.signal = signal;
  }

  static TrainingStoppedException diverged(DivergedException cause, String lastGoodCheckpoint) {
    return new TrainingStoppedException(
        "%s; %s".formatted(cause.getMessage(), lastGoodCheckpoint), cause, true, null);
  }

  static TrainingStoppedException failed(String message, Throwable cause) {
    return new TrainingStoppedException(message, cause, false, null);
  }

  static TrainingStoppedException stopped(
      StopRequests.Signal signal, String message, Throwable cause) {
    return new TrainingStoppedException(message, cause, false, signal);
  }

  /** Whether a loss or parameter was not finite. */
  public boolean isDiverged() {
    return diverged;
  }

  /** The signal that asked for the end; empty if the training failed. */
  public Optional<StopRequests.Signal> signal() {
    return Optional.ofNullable(signal);
  }
}
