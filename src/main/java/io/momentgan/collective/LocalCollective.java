package io.momentgan.collective;

import io.momentgan.moments.Moments;
import java.util.List;

/** A thread's end of a {@link LocalGroup}. */
final class LocalCollective implements Collective {
  private final LocalGroup group;
  private final int rank;
  private final Runnable leave;

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
  public List<Moments> merge(List<Moments> contribution) {
    return group.merge(rank, contribution);
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
