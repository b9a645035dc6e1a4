package io.momentgan.collective.hub;

import io.momentgan.collective.Collective;
import io.momentgan.collective.Group;
import io.momentgan.moments.Moments;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.network.client.RpcResponseCallback;

/**
 * The workers of a round as the hub sees them. Nothing here waits: a worker's request is answered
 * by whoever completes the exchange, or ends it.
 */
final class HubGroup {
  private final Group name;
  private final Duration deadline;
  private final Member[] members;
  private long exchange = 1;
  private int arrived;
  private long firstArrival;
  private String failure = "";

  HubGroup(Group name, int size, Duration deadline) {
    this.name = name;
    this.deadline = deadline;
    this.members = IntStream.range(0, size).mapToObj(Member::new).toArray(Member[]::new);
  }

  /** A worker; guarded by the group. */
  private static final class Member {
    private final int rank;
    private String address = "";
    private Object connection;
    private boolean left;
    private boolean finished;
    private long lastExchange;
    private List<Moments> contribution;
    private RpcResponseCallback waiting;

    Member(int rank) {
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

  /**
   * Lets a worker in.
   *
   * @return why not; empty for yes
   */
  synchronized String enter(int rank, int size, Object connection, String address) {
    if (size != members.length || rank < 0 || rank >= size) {
      return "Worker %d of %d does not belong to %s of %d workers"
          .formatted(rank, size, name, members.length);
    }
    Member member = members[rank];
    if (failure.isEmpty() && member.connection != null) {
      return "Worker %d joined its group twice (%s)".formatted(rank, name);
    }
    member.connection = connection;
    member.address = address;
    member.left = !failure.isEmpty();
    return failure;
  }

  /** Takes a worker's moments; answers all when they are the last of the exchange. */
  void contribute(int rank, long number, List<Moments> moments, RpcResponseCallback reply) {
    RpcResponseCallback[] waiting;
    List<List<Moments>> byRank;
    synchronized (this) {
      String objection = objection(rank, number);
      if (!objection.isEmpty()) {
        reply.onSuccess(Reply.failed(objection));
        return;
      }
      arrive(members[rank], moments, reply);
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
    if (rank < 0 || rank >= members.length || members[rank].connection == null) {
      return "Worker %d has not joined %s".formatted(rank, name);
    }
    if (number != exchange || members[rank].contribution != null) {
      fail("Worker %d sent exchange %d where %d was due".formatted(rank, number, exchange));
      return failure;
    }
    return "";
  }

  private void arrive(Member member, List<Moments> moments, RpcResponseCallback reply) {
    member.contribution = moments;
    member.waiting = reply;
    member.lastExchange = exchange;
    if (arrived++ == 0) {
      firstArrival = System.nanoTime();
    }
  }

  private RpcResponseCallback[] finishExchange() {
    RpcResponseCallback[] waiting = new RpcResponseCallback[members.length];
    for (Member member : members) {
      waiting[member.rank] = member.waiting;
      member.waiting = null;
      member.contribution = null;
    }
    arrived = 0;
    exchange++;
    return waiting;
  }

  /** Outside the lock: nobody of this group can say anything but that it gives up. */
  private void answer(RpcResponseCallback[] waiting, List<List<Moments>> byRank) {
    try {
      ByteBuffer merged = Reply.merged(Collective.fold(byRank));
      for (RpcResponseCallback reply : waiting) {
        reply.onSuccess(merged.duplicate());
      }
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      String reason = "The workers' moments do not fit together: " + e.getMessage();
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

  /** Ends the group: whoever waits is told, and whoever comes. The first reason stays. */
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

  /** A connection is gone, and with it all workers that spoke through it. */
  synchronized void lose(Object connection) {
    int[] lost = ranks(member -> member.connection == connection && !member.left);
    if (lost.length > 0) {
      fail("Worker %s lost the connection to the hub".formatted(Arrays.toString(lost)));
      Arrays.stream(lost).forEach(rank -> members[rank].left = true);
    }
  }

  /** Whether every worker has come and gone. */
  synchronized boolean isOver() {
    return Arrays.stream(members).allMatch(member -> member.left);
  }

  /** Workers that are done with the round. */
  synchronized int[] finished() {
    return ranks(member -> member.finished);
  }

  private int[] ranks(Predicate<Member> which) {
    return Arrays.stream(members).filter(which).mapToInt(member -> member.rank).toArray();
  }

  private String progress() {
    return Arrays.stream(members).map(Member::progress).collect(Collectors.joining(", "));
  }
}
