package io.momentgan.data.decoding;

/** An unusable image file; its message says why. */
public final class RejectedImageException extends Exception {
  private static final long serialVersionUID = 1L;

  RejectedImageException(String reason) {
    super(reason);
  }
}
