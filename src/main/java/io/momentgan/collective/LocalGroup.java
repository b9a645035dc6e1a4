package io.momentgan.collective;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** The meeting place of the workers of one round in one JVM. */
final class LocalGroup {
  private final Duration deadline;
  private final List<Message> contributions;
  private final BitSet members = new BitSet();
  private final BitSet everJoined = new BitSet();
  private int arrived;
  private long exchange;
  private Message result = Message.NONE;
  private String failure = "";

  LocalGroup(Meeting meeting) {
    this.deadline = meeting.deadline();
    this.contributions = new ArrayList<>(Collections.nCopies(meeting.size(), (Message) null));
  }

  int size() {
    return contributions.size();
  }

  synchronized void enter(int rank) {
    if (members.get(rank)) {
      throw new CollectiveException("Worker %d joined its group twice".formatted(rank));
    }
    members.set(rank);
    everJoined.set(rank);
  }

  /** Whether the group is over: it is empty, and no worker has yet to learn of a failure. */
  synchronized boolean leave(int rank) {
    members.clear(rank);
    boolean allCame = everJoined.cardinality() == size();
    return members.isEmpty() && (failure.isEmpty() || allCame);
  }

  synchronized void abort(String reason) {
    if (failure.isEmpty()) {
      failure = reason;
    }
    notifyAll();
  }

  /** Takes a worker's message in; returns the number of the exchange. */
  synchronized long contribute(int rank, Message contribution) {
    requireHealthy();
    long mine = exchange;
    contributions.set(rank, contribution);
    arrived++;
    if (arrived == size()) {
      finishExchange();
    }
    return mine;
  }

  private void finishExchange() {
    result = Message.fold(contributions);
    Collections.fill(contributions, null);
    arrived = 0;
    exchange++;
    notifyAll();
  }

  /** The result of an exchange; it stays until the next one is complete. */
  synchronized Message await(long mine) {
    long end = System.nanoTime() + deadline.toNanos();
    try {
      while (exchange == mine) {
        requireHealthy();
        wait(Math.max(1, requireTimeLeft(mine, end)));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      abort("A worker was interrupted while it waited for worker " + missing());
      requireHealthy();
    }
    return result;
  }

  private long requireTimeLeft(long mine, long end) {
    long left = end - System.nanoTime();
    if (left <= 0) {
      abort(
          "Exchange %d of the round: worker %s did not arrive within %d s (train.deadline-seconds)"
              .formatted(mine, missing(), deadline.toSeconds()));
      requireHealthy();
    }
    return TimeUnit.NANOSECONDS.toMillis(left);
  }

  private String missing() {
    return Arrays.toString(
        IntStream.range(0, size()).filter(r -> contributions.get(r) == null).toArray());
  }

  private void requireHealthy() {
    if (!failure.isEmpty()) {
      throw new CollectiveException(failure);
    }
  }
}
