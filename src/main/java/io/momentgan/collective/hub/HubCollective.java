package io.momentgan.collective.hub;

import io.momentgan.collective.Collective;
import io.momentgan.collective.CollectiveException;
import io.momentgan.collective.Exchange;
import io.momentgan.collective.Group;
import io.momentgan.collective.Meeting;
import io.momentgan.collective.Message;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A worker's end of a group that meets at one hub. */
final class HubCollective implements Collective {
  // The hub's own deadline comes first: its message names the missing workers.
  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final Logger LOG = LoggerFactory.getLogger(HubCollective.class);

  private final HubClient hub;
  private final Token token;
  private final Group group;
  private final int rank;
  private final int size;
  private final Duration limit;
  private HubClient.Answer entry;
  private long exchange;
  private boolean underWay;
  private boolean failed;
  private boolean closed;

  private HubCollective(HubClient hub, Token token, Group group, int rank, Meeting meeting) {
    this.hub = hub;
    this.token = token;
    this.group = group;
    this.rank = rank;
    this.size = meeting.size();
    this.limit = meeting.deadline().plus(GRACE);
  }

  static HubCollective join(HubClient hub, Token token, Group group, int rank, Meeting meeting) {
    HubCollective joined = enter(hub, token, group, rank, meeting);
    joined.awaitEntry();
    return joined;
  }

  /** Asks to join without waiting; {@link #awaitEntry} must follow. */
  static HubCollective enter(HubClient hub, Token token, Group group, int rank, Meeting meeting) {
    if (rank < 0 || rank >= meeting.size()) {
      throw new IllegalArgumentException("Invalid rank: %d of %d".formatted(rank, meeting.size()));
    }
    HubCollective joined = new HubCollective(hub, token, group, rank, meeting);
    Request join = joined.request(Request.Kind.JOIN, 0);
    joined.entry = joined.call(() -> hub.send(join, token));
    return joined;
  }

  /**
   * Waits until the hub has let this worker in.
   *
   * @throws CollectiveException when it does not
   */
  void awaitEntry() {
    call(() -> entry.await(limit));
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
  @SuppressWarnings("unchecked") // the fold refuses messages of different kinds
  public <M extends Message> Exchange<M> begin(M contribution) {
    Collective.requireNone(underWay);
    underWay = true;
    exchange++;
    Request merge = new Request(Request.Kind.MERGE, group, rank, size, exchange, "", contribution);
    HubClient.Answer answer = call(() -> hub.send(merge, token));
    return () -> {
      underWay = false;
      return (M) call(() -> answer.await(limit));
    };
  }

  /** A call of the hub, which an interrupt of the task ends. */
  @FunctionalInterface
  private interface HubCall<T> {
    T run() throws InterruptedException;
  }

  private <T> T call(HubCall<T> call) {
    try {
      return call.run();
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
    hub.tell(
        new Request(Request.Kind.ABORT, group, rank, size, exchange, reason, Message.NONE), token);
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      hub.ask(request(failed ? Request.Kind.LEAVE : Request.Kind.FINISH, exchange), token, GRACE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (CollectiveException e) {
      // The lost connection tells the hub that this worker has left.
      LOG.debug("Left {} without an answer", group, e);
    }
  }

  /**
   * Notes that the round has failed elsewhere, so that {@link #close} does not call it finished.
   */
  void fail() {
    failed = true;
  }

  /** Leaves without waiting for an answer. */
  void leave() {
    closed = true;
    hub.tell(request(failed ? Request.Kind.LEAVE : Request.Kind.FINISH, exchange), token);
  }

  private Request request(Request.Kind kind, long number) {
    return new Request(kind, group, rank, size, number, "", Message.NONE);
  }
}
