package io.momentgan.collective.hub;

import io.momentgan.collective.CollectiveException;
import io.momentgan.collective.Message;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The hub's answer to a worker: a merged message, or the reason why there is none. */
final class Reply {
  private static final byte MERGED = 0;
  private static final byte FAILED = 1;

  private Reply() {}

  static ByteBuffer merged(Message message) {
    ByteBuffer to = ByteBuffer.allocate(Math.addExact(1, MessageCodec.bytes(message)));
    to.order(ByteOrder.LITTLE_ENDIAN).put(MERGED);
    MessageCodec.write(message, to);
    return to.flip();
  }

  static ByteBuffer failed(String reason) {
    byte[] text = reason.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(1 + text.length).put(FAILED).put(text).flip();
  }

  /** Reads a reply or throws its reason; nothing refers to the buffer, which Spark takes back. */
  static Message decode(ByteBuffer message) {
    ByteBuffer from = message.slice().order(ByteOrder.LITTLE_ENDIAN);
    if (from.get() == MERGED) {
      return MessageCodec.read(from);
    }
    throw new CollectiveException(StandardCharsets.UTF_8.decode(from).toString());
  }
}
