package io.momentgan.collective;

/** A group of workers could not finish an exchange: a worker failed or did not arrive in time. */
public final class CollectiveException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public CollectiveException(String message) {
    super(message);
  }

  public CollectiveException(String message, Throwable cause) {
    super(message, cause);
  }
}
