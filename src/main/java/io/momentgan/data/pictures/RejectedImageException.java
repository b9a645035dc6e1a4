package io.momentgan.data.pictures;

/** An image file that cannot be used; its message says why. */
public final class RejectedImageException extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * A rejection.
   *
   * @param reason what is wrong with the file, in a few words
   */
  public RejectedImageException(String reason) {
    super(reason);
  }
}
