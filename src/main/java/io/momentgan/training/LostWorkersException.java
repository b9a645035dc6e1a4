package io.momentgan.training;

/** A cluster has lost executors and has not replaced them in time. */
final class LostWorkersException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int left;

  /**
   * A loss.
   *
   * @param left workers that the cluster still runs at once
   */
  LostWorkersException(String message, Throwable cause, int left) {
    super(message, cause);
    this.left = left;
  }

  int left() {
    return left;
  }
}
