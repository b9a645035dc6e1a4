package io.momentgan.tracking;

/** A tracking server gave no answer, or not the one that was asked for. */
final class MlflowException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String code;

  MlflowException(String message, String code, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /** Whether the server says that there is no such thing. */
  boolean isMissing() {
    return code.equals("RESOURCE_DOES_NOT_EXIST");
  }

  /** Whether the server says that somebody has made it meanwhile. */
  boolean isExisting() {
    return code.equals("RESOURCE_ALREADY_EXISTS");
  }
}
