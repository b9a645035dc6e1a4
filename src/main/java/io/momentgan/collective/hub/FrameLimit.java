package io.momentgan.collective.hub;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import org.apache.spark.network.util.TransportFrameDecoder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a connection that announces a larger frame than it may send, before memory is taken for
 * it: Spark's decoder collects up to 2 GiB. A connection that shows no token is closed after a
 * while.
 */
@SuppressWarnings("FutureReturnValueIgnored") // nobody waits for the end of a stranger's connection
final class FrameLimit extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = LoggerFactory.getLogger(FrameLimit.class);

  /** Of a connection that has shown no token: enough for Spark's authentication. */
  static final int BYTES_OF_STRANGERS = 1 << 16;

  private static final int STRANGER_SECONDS = 60;

  private final ByteBuf length = Unpooled.buffer(Long.BYTES, Long.BYTES);
  private long left;
  private volatile long most = BYTES_OF_STRANGERS;

  /** Adds a limit to a new connection. */
  static FrameLimit on(io.netty.channel.Channel channel) {
    FrameLimit limit = new FrameLimit();
    channel.pipeline().addBefore(TransportFrameDecoder.HANDLER_NAME, "momentgan-limit", limit);
    channel
        .eventLoop()
        .schedule(
            () -> {
              if (limit.most == BYTES_OF_STRANGERS) {
                channel.close();
              }
            },
            STRANGER_SECONDS,
            TimeUnit.SECONDS);
    return limit;
  }

  /** Allows frames of a size, and of a little more for their heads. */
  void allow(long bytes) {
    most = Math.max(most, bytes + BYTES_OF_STRANGERS);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
    if (message instanceof ByteBuf bytes && !passes(bytes.duplicate())) {
      bytes.release();
      LOG.warn("{} announced too large a message: closed", context.channel().remoteAddress());
      context.close();
      return;
    }
    super.channelRead(context, message);
  }

  /** Frames begin with their length, these eight bytes included. */
  private boolean passes(ByteBuf bytes) {
    while (bytes.isReadable()) {
      if (left == 0) {
        length.writeBytes(bytes, Math.min(length.writableBytes(), bytes.readableBytes()));
        if (length.isWritable()) {
          return true;
        }
        left = length.readLong() - Long.BYTES;
        length.clear();
        if (left <= 0 || left > most) {
          return false;
        }
      }
      int skipped = (int) Math.min(left, bytes.readableBytes());
      bytes.skipBytes(skipped);
      left -= skipped;
    }
    return true;
  }
}
