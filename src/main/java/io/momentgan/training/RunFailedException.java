package io.momentgan.training;

/** A run has given up; its folder is valid, and resume goes on from its newest checkpoint. */
public final class RunFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RunFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
