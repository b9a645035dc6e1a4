package io.momentgan.config;

/**
 * A mistake that the user can correct: a wrong setting, a damaged file, an unreachable location.
 *
 * <p>The message is complete: it names the file or setting, the value found, the value expected and
 * the remedy. The command line prints it alone, without a stack trace, and exits with code 2.
 */
public class UserException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** A mistake in one line. */
  public UserException(String message) {
    super(message);
  }

  /** A mistake in one line, detected by another exception. */
  public UserException(String message, Throwable cause) {
    super(message, cause);
  }
}
