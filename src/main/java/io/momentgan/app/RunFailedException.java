package io.momentgan.app;

/** A run has given up; its folder is valid, and resume goes on from its newest checkpoint. */
final class RunFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RunFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
