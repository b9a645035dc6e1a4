package io.momentgan.collective.hub;

import io.momentgan.collective.CollectiveException;
import io.momentgan.moments.Moments;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What the hub says to a worker: merged moments, or why there are none. */
final class Reply {
  private static final byte MERGED = 0;
  private static final byte FAILED = 1;

  private Reply() {}

  static ByteBuffer merged(List<Moments> moments) {
    ByteBuffer to = ByteBuffer.allocate(Math.addExact(1, MomentsCodec.bytes(moments)));
    to.order(ByteOrder.LITTLE_ENDIAN).put(MERGED);
    MomentsCodec.write(moments, to);
    return to.flip();
  }

  static ByteBuffer failed(String reason) {
    byte[] text = reason.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(1 + text.length).put(FAILED).put(text).flip();
  }

  /**
   * Reads a reply; nothing of it refers to the buffer, which Spark takes back.
   *
   * @throws CollectiveException with the hub's reason
   */
  static List<Moments> decode(ByteBuffer message) {
    ByteBuffer from = message.slice().order(ByteOrder.LITTLE_ENDIAN);
    if (from.get() == MERGED) {
      return MomentsCodec.read(from);
    }
    byte[] text = new byte[from.remaining()];
    from.get(text);
    throw new CollectiveException(new String(text, StandardCharsets.UTF_8));
  }
}
