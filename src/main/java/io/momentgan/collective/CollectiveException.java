package io.momentgan.collective;

/** A group of workers could not finish an exchange: a worker failed or did not arrive in time. */
public final class CollectiveException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * A failure described completely by its message.
   *
   * @param message which workers are missing or failed, and how far they got
   */
  public CollectiveException(String message) {
    super(message);
  }

  /**
   * A failure that another exception revealed.
   *
   * @param message the step that failed
   * @param cause the exception
   */
  public CollectiveException(String message, Throwable cause) {
    super(message, cause);
  }
}
