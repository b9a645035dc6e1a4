package io.momentgan.collective.hub;

import io.momentgan.collective.Group;
import io.momentgan.collective.Meeting;
import io.momentgan.collective.Message;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.network.client.RpcResponseCallback;

/**
 * The workers of a round as the hub sees them. Nothing here waits: the request that completes or
 * ends an exchange answers all others.
 */
final class HubGroup {
  private final Group name;
  private final Duration deadline;
  private final HubMember[] members;
  private long exchange = 1;
  private int arrived;
  private long firstArrival;
  private String failure = "";

  HubGroup(Group name, Meeting meeting) {
    this.name = name;
    this.deadline = meeting.deadline();
    this.members =
        IntStream.range(0, meeting.size()).mapToObj(HubMember::new).toArray(HubMember[]::new);
  }

  /** A worker; guarded by the group. */
  private static final class HubMember {
    private final int rank;
    private String address = "";
    private Object connection;
    private boolean left;
    private boolean finished;
    private long lastExchange;
    private Message contribution;
    private RpcResponseCallback waiting;

    HubMember(int rank) {
      this.rank = rank;
    }

    void answer(String reason) {
      if (waiting != null) {
        waiting.onSuccess(Reply.failed(reason));
        waiting = null;
        contribution = null;
      }
    }

    String progress() {
      if (connection == null) {
        return "worker %d never joined".formatted(rank);
      }
      String where = lastExchange == 0 ? "before exchange 1" : "at exchange " + lastExchange;
      return "worker %d (%s) %s".formatted(rank, address, where);
    }
  }

  Group name() {
    return name;
  }

  /** Lets a worker in; returns the reason of a refusal, or an empty string. */
  synchronized String enter(int rank, int size, Object connection, String address) {
    if (size != members.length || rank < 0 || rank >= size) {
      return "Worker %d of %d does not belong to %s of %d workers"
          .formatted(rank, size, name, members.length);
    }
    HubMember member = members[rank];
    if (failure.isEmpty() && member.connection != null) {
      return "Worker %d joined its group twice (%s)".formatted(rank, name);
    }
    member.connection = connection;
    member.address = address;
    member.left = !failure.isEmpty();
    return failure;
  }

  /** Whether a worker has joined on a connection. */
  synchronized boolean isOf(int rank, Object connection) {
    return rank >= 0 && rank < members.length && members[rank].connection == connection;
  }

  /** Takes a worker's message in; the last one of an exchange answers all. */
  void contribute(int rank, long number, Message message, RpcResponseCallback reply) {
    RpcResponseCallback[] waiting;
    List<Message> byRank;
    synchronized (this) {
      String objection = objection(rank, number);
      if (!objection.isEmpty()) {
        reply.onSuccess(Reply.failed(objection));
        return;
      }
      arrive(members[rank], message, reply);
      if (arrived < members.length) {
        failIfSomebodyLeft();
        return;
      }
      byRank = Arrays.stream(members).map(member -> member.contribution).toList();
      waiting = finishExchange();
    }
    answer(waiting, byRank);
  }

  private String objection(int rank, long number) {
    if (!failure.isEmpty()) {
      return failure;
    }
    if (number != exchange || members[rank].contribution != null) {
      fail("Worker %d sent exchange %d where %d was due".formatted(rank, number, exchange));
      return failure;
    }
    return "";
  }

  private void arrive(HubMember member, Message message, RpcResponseCallback reply) {
    member.contribution = message;
    member.waiting = reply;
    member.lastExchange = exchange;
    if (arrived++ == 0) {
      firstArrival = System.nanoTime();
    }
  }

  private RpcResponseCallback[] finishExchange() {
    RpcResponseCallback[] waiting = new RpcResponseCallback[members.length];
    for (HubMember member : members) {
      waiting[member.rank] = member.waiting;
      member.waiting = null;
      member.contribution = null;
    }
    arrived = 0;
    exchange++;
    return waiting;
  }

  /** Folds and answers outside the lock: until then a worker of this group can only give up. */
  private void answer(RpcResponseCallback[] waiting, List<Message> byRank) {
    try {
      ByteBuffer merged = Reply.merged(Message.fold(byRank));
      for (RpcResponseCallback reply : waiting) {
        reply.onSuccess(merged.duplicate());
      }
    } catch (IllegalArgumentException e) {
      String reason = "The workers' messages do not fit together: " + e.getMessage();
      fail(reason);
      Arrays.stream(waiting).forEach(reply -> reply.onSuccess(Reply.failed(reason)));
    }
  }

  private void failIfSomebodyLeft() {
    int[] gone = ranks(member -> member.left);
    if (gone.length > 0) {
      fail("Worker %s left before exchange %d".formatted(Arrays.toString(gone), exchange));
    }
  }

  /** Fails the group: answers all who wait and all who come with the first reason. */
  synchronized void fail(String reason) {
    if (failure.isEmpty()) {
      failure = "%s; %s: %s".formatted(reason, name, progress());
    }
    Arrays.stream(members).forEach(member -> member.answer(failure));
  }

  synchronized void expire(long now) {
    if (failure.isEmpty() && arrived > 0 && now - firstArrival > deadline.toNanos()) {
      fail(
          "Exchange %d: worker %s did not arrive within %d s (train.deadline-seconds)"
              .formatted(
                  exchange,
                  Arrays.toString(ranks(member -> member.contribution == null)),
                  deadline.toSeconds()));
    }
  }

  synchronized void leave(int rank, boolean finished) {
    if (rank >= 0 && rank < members.length) {
      members[rank].left = true;
      members[rank].finished = finished;
      if (arrived > 0) {
        failIfSomebodyLeft();
      }
    }
  }

  /** Fails the group if a lost connection served any of its workers. */
  synchronized void lose(Object connection) {
    int[] lost = ranks(member -> member.connection == connection && !member.left);
    if (lost.length > 0) {
      fail("Worker %s lost the connection to the hub".formatted(Arrays.toString(lost)));
      Arrays.stream(lost).forEach(rank -> members[rank].left = true);
    }
  }

  /** Whether every worker has left. */
  synchronized boolean isOver() {
    return Arrays.stream(members).allMatch(member -> member.left);
  }

  /** Ranks of the workers that have finished the round. */
  synchronized int[] finished() {
    return ranks(member -> member.finished);
  }

  private int[] ranks(Predicate<HubMember> which) {
    return Arrays.stream(members).filter(which).mapToInt(member -> member.rank).toArray();
  }

  private String progress() {
    return Arrays.stream(members).map(HubMember::progress).collect(Collectors.joining(", "));
  }
}
