package io.momentgan.collective;

import io.momentgan.moments.Moments;
import java.util.List;

/** A thread's end of a {@link LocalGroup}. */
final class LocalCollective implements Collective {
  private final LocalGroup group;
  private final int rank;
  private final Runnable leave;
  private boolean underWay;

  LocalCollective(LocalGroup group, int rank, Runnable leave) {
    this.group = group;
    this.rank = rank;
    this.leave = leave;
  }

  @Override
  public int rank() {
    return rank;
  }

  @Override
  public int size() {
    return group.size();
  }

  @Override
  public Exchange begin(List<Moments> contribution) {
    Collective.requireNone(underWay);
    underWay = true;
    long exchange = group.contribute(rank, contribution);
    return () -> await(exchange);
  }

  private List<Moments> await(long exchange) {
    underWay = false;
    return group.await(exchange);
  }

  @Override
  public void abort(String reason) {
    group.abort("Worker %d gave up: %s".formatted(rank, reason));
  }

  @Override
  public void close() {
    leave.run();
  }
}
