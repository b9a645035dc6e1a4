package io.momentgan.device;

import io.momentgan.config.UserException;

/** A worker has no device that it can compute on. */
public final class DeviceException extends UserException {
  private static final long serialVersionUID = 1L;

  DeviceException(String message) {
    super(message);
  }

  public DeviceException(String message, Throwable cause) {
    super(message, cause);
  }
}
