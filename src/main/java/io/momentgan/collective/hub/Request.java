package io.momentgan.collective.hub;

import io.momentgan.collective.Group;
import io.momentgan.collective.Message;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.commons.lang3.StringUtils;

/**
 * A worker's request to the hub.
 *
 * @param kind its kind
 * @param group the worker's group
 * @param rank the worker's number
 * @param size number of workers that the worker expects
 * @param number MERGE: number of the exchange, from 1
 * @param text ABORT: the reason, of which the first {@value #MOST_TEXT_CHARS} characters travel
 * @param message MERGE: the contribution
 */
record Request(
    Kind kind, Group group, int rank, int size, long number, String text, Message message) {
  /** Kind of a request. */
  enum Kind {
    /** Joins the group. */
    JOIN('j'),
    /** Hands in a message and awaits the merge of all. */
    MERGE('m'),
    /** Gives up and tells the others why. */
    ABORT('a'),
    /** Leaves after a finished round. */
    FINISH('f'),
    /** Leaves after a failed round. */
    LEAVE('l');

    private final byte code;

    Kind(char code) {
      this.code = (byte) code;
    }

    static Kind of(byte code) {
      return Arrays.stream(values())
          .filter(kind -> kind.code == code)
          .findFirst()
          .orElseThrow(() -> new IllegalArgumentException("Invalid request: " + code));
    }
  }

  /** Longest text of a request, in characters. */
  static final int MOST_TEXT_CHARS = 4000;

  private static final int MOST_TEXT_BYTES = 3 * MOST_TEXT_CHARS;

  ByteBuffer encode(Token token) {
    byte[] run = group.run().getBytes(StandardCharsets.UTF_8);
    byte[] reason = StringUtils.left(text, MOST_TEXT_CHARS).getBytes(StandardCharsets.UTF_8);
    int header = Token.BYTES + 1 + Integer.BYTES * 7 + Long.BYTES * 2 + run.length + reason.length;
    ByteBuffer to = ByteBuffer.allocate(Math.addExact(header, MessageCodec.bytes(message)));
    token.write(to);
    to.order(ByteOrder.LITTLE_ENDIAN).put(kind.code);
    to.putInt(run.length).put(run).putLong(group.round()).putInt(group.stage());
    to.putInt(group.attempt()).putInt(group.retry()).putInt(rank).putInt(size).putLong(number);
    to.putInt(reason.length).put(reason);
    MessageCodec.write(message, to);
    return to.flip();
  }

  /**
   * Reads a request without its token; nothing of it refers to the buffer, which Spark takes back.
   */
  static Request decode(ByteBuffer message) {
    ByteBuffer from = message.slice().order(ByteOrder.LITTLE_ENDIAN);
    Kind kind = Kind.of(from.get());
    String run = MessageCodec.text(from, MOST_TEXT_BYTES);
    Group group = new Group(run, from.getLong(), from.getInt(), from.getInt(), from.getInt());
    return new Request(
        kind,
        group,
        from.getInt(),
        from.getInt(),
        from.getLong(),
        MessageCodec.text(from, MOST_TEXT_BYTES),
        MessageCodec.read(from));
  }
}
