package io.momentgan.config;

/**
 * A mistake that the user can mend: a wrong setting, a damaged file, an unreachable location.
 *
 * <p>The message is complete in itself (it names the file or setting, what was found, what was
 * expected and what to do), so the command line prints it alone, without a stack trace, and exits
 * with code 2.
 */
public class UserException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * A mistake described completely by its message.
   *
   * @param message one line for the user
   */
  public UserException(String message) {
    super(message);
  }

  /**
   * A mistake that came to light by another exception.
   *
   * @param message one line for the user
   * @param cause what was thrown
   */
  public UserException(String message, Throwable cause) {
    super(message, cause);
  }
}
