package io.momentgan.collective.hub;

import io.momentgan.collective.Group;
import io.momentgan.moments.Moments;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * What a worker says to the hub.
 *
 * @param kind what it wants
 * @param group the worker's group
 * @param rank the worker's number
 * @param size number of workers that it expects
 * @param number of a contribution: which exchange, from 1; of a join: the deadline in ms
 * @param text of an abort: the reason
 * @param moments of a contribution
 */
record Request(
    Kind kind, Group group, int rank, int size, long number, String text, List<Moments> moments) {
  /** What a worker wants. */
  enum Kind {
    /** To be a member of the group. */
    JOIN('j'),
    /** The moments of all, given its own. */
    MERGE('m'),
    /** Nothing more, and that the others hear why. */
    ABORT('a'),
    /** Nothing more: its round is done. */
    FINISH('f'),
    /** Nothing more: its round failed. */
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

  Request(Kind kind, Group group, int rank, int size, long number) {
    this(kind, group, rank, size, number, "", List.of());
  }

  ByteBuffer encode() {
    byte[] run = group.run().getBytes(StandardCharsets.UTF_8);
    byte[] reason = text.getBytes(StandardCharsets.UTF_8);
    int header = 1 + Integer.BYTES * 7 + Long.BYTES * 2 + run.length + reason.length;
    ByteBuffer to = ByteBuffer.allocate(Math.addExact(header, MomentsCodec.bytes(moments)));
    to.order(ByteOrder.LITTLE_ENDIAN).put(kind.code);
    to.putInt(run.length).put(run).putLong(group.round()).putInt(group.stage());
    to.putInt(group.attempt()).putInt(group.retry()).putInt(rank).putInt(size).putLong(number);
    to.putInt(reason.length).put(reason);
    MomentsCodec.write(moments, to);
    return to.flip();
  }

  /** Reads a request; nothing of it refers to the buffer, which Spark takes back. */
  static Request decode(ByteBuffer message) {
    ByteBuffer from = message.slice().order(ByteOrder.LITTLE_ENDIAN);
    Kind kind = Kind.of(from.get());
    String run = text(from);
    Group group = new Group(run, from.getLong(), from.getInt(), from.getInt(), from.getInt());
    return new Request(
        kind,
        group,
        from.getInt(),
        from.getInt(),
        from.getLong(),
        text(from),
        MomentsCodec.read(from));
  }

  private static String text(ByteBuffer from) {
    int length = from.getInt();
    if (length < 0 || length > from.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] bytes = new byte[length];
    from.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
