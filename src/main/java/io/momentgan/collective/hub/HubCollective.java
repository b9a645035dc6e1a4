package io.momentgan.collective.hub;

import io.momentgan.collective.Collective;
import io.momentgan.collective.CollectiveException;
import io.momentgan.collective.Exchange;
import io.momentgan.collective.Group;
import io.momentgan.moments.Moments;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A worker's end of a group that meets at the hub. */
final class HubCollective implements Collective {
  /** The hub's own deadline comes first: its message names who is missing. */
  private static final Duration GRACE = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(HubCollective.class);

  private final HubClient hub;
  private final Group group;
  private final int rank;
  private final int size;
  private final Duration limit;
  private long exchange;
  private boolean underWay;
  private boolean failed;
  private boolean closed;

  private HubCollective(HubClient hub, Group group, int rank, int size, Duration deadline) {
    this.hub = hub;
    this.group = group;
    this.rank = rank;
    this.size = size;
    this.limit = deadline.plus(GRACE);
  }

  static HubCollective join(HubClient hub, Group group, int rank, int size, Duration deadline) {
    if (rank < 0 || rank >= size) {
      throw new IllegalArgumentException("Invalid rank: %d of %d".formatted(rank, size));
    }
    HubCollective joined = new HubCollective(hub, group, rank, size, deadline);
    Request join = new Request(Request.Kind.JOIN, group, rank, size, deadline.toMillis());
    joined.told(() -> hub.ask(join, joined.limit));
    return joined;
  }

  @Override
  public int rank() {
    return rank;
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public Exchange begin(List<Moments> contribution) {
    Collective.requireNone(underWay);
    underWay = true;
    exchange++;
    HubClient.Answer answer =
        told(
            () ->
                hub.send(
                    new Request(
                        Request.Kind.MERGE, group, rank, size, exchange, "", contribution)));
    return () -> {
      underWay = false;
      return told(() -> answer.await(limit));
    };
  }

  /** A conversation with the hub. */
  @FunctionalInterface
  private interface Talk<T> {
    T hold() throws InterruptedException;
  }

  private <T> T told(Talk<T> talk) {
    try {
      return talk.hold();
    } catch (InterruptedException e) {
      abort("it was interrupted while it waited for the others");
      Thread.currentThread().interrupt();
      throw new CollectiveException(
          "Worker %d was interrupted at exchange %d of %s".formatted(rank, exchange, group), e);
    } catch (CollectiveException e) {
      failed = true;
      throw e;
    }
  }

  @Override
  public void abort(String reason) {
    failed = true;
    hub.tell(new Request(Request.Kind.ABORT, group, rank, size, exchange, reason, List.of()));
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Request.Kind kind = failed ? Request.Kind.LEAVE : Request.Kind.FINISH;
      leave(new Request(kind, group, rank, size, exchange));
    }
  }

  /** A hub that cannot be reached hears of it by the lost connection. */
  private void leave(Request request) {
    try {
      hub.ask(request, GRACE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (CollectiveException e) {
      LOG.debug("Left {} without an answer", group, e);
    }
  }
}
