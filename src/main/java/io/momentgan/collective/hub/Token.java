package io.momentgan.collective.hub;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;

/**
 * A secret of one application, without which its hub takes no message. The driver draws it; workers
 * get it with their tasks. Nothing prints it.
 */
final class Token implements Serializable {
  private static final long serialVersionUID = 1L;

  static final int BYTES = 32;

  private final byte[] secret = new byte[BYTES];

  Token() {
    new SecureRandom().nextBytes(secret);
  }

  void write(ByteBuffer to) {
    to.put(secret);
  }

  /** Takes the head off a message; returns whether it is this token. Takes the same time always. */
  boolean heads(ByteBuffer message) {
    byte[] head = new byte[BYTES];
    message.get(head, 0, Math.min(BYTES, message.remaining()));
    return MessageDigest.isEqual(secret, head);
  }

  @Override
  public String toString() {
    return "a token";
  }
}
