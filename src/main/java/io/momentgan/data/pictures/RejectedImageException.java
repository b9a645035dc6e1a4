package io.momentgan.data.pictures;

/** An unusable image file; its message says why. */
final class RejectedImageException extends Exception {
  private static final long serialVersionUID = 1L;

  RejectedImageException(String reason) {
    super(reason);
  }
}
