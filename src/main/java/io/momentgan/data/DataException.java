package io.momentgan.data;

import io.momentgan.config.UserException;

/** Data that is unreachable, truncated, of the wrong kind or inconsistent. */
public final class DataException extends UserException {
  private static final long serialVersionUID = 1L;

  /**
   * Refused data.
   *
   * @param message one line that names the file, what was found, what was expected, what to do
   */
  public DataException(String message) {
    super(message);
  }

  /**
   * Refused data.
   *
   * @param message one line that names the file, what was found, what was expected, what to do
   * @param cause what was thrown
   */
  public DataException(String message, Throwable cause) {
    super(message, cause);
  }
}
