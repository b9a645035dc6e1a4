package io.momentgan.collective;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;

/** Groups of workers that are threads of one JVM, as in {@code local[*]}. */
public final class LocalCollectives implements CollectiveFactory {
  private static final long serialVersionUID = 1L;

  /** Waits for nobody. */
  private static final Duration ALONE = Duration.ofSeconds(1);

  /** The groups of this JVM that have members: threads of different tasks meet here. */
  private static final ConcurrentHashMap<Group, LocalGroup> GROUPS = new ConcurrentHashMap<>();

  /** A worker without others. */
  public static Collective alone() {
    LocalGroup group = new LocalGroup(Meeting.of(1, ALONE));
    group.enter(0);
    return new LocalCollective(group, 0, () -> {});
  }

  @Override
  public Collective join(Group group, int rank, Meeting meeting) {
    if (rank < 0 || rank >= meeting.size()) {
      throw new IllegalArgumentException("Invalid rank: %d of %d".formatted(rank, meeting.size()));
    }
    LocalGroup joined =
        GROUPS.compute(
            group,
            (name, existing) -> {
              LocalGroup result = existing == null ? new LocalGroup(meeting) : existing;
              result.enter(rank);
              return result;
            });
    return new LocalCollective(
        joined, rank, () -> GROUPS.computeIfPresent(group, (name, g) -> g.leave(rank) ? null : g));
  }

  /** Number of groups that have members. */
  static int openGroups() {
    return GROUPS.size();
  }

  /** A thread's end of a group. */
  private static final class LocalCollective implements Collective {
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
    @SuppressWarnings("unchecked") // the fold refuses messages of different kinds
    public <M extends Message> Exchange<M> begin(M contribution) {
      Collective.requireNone(underWay);
      underWay = true;
      long exchange = group.contribute(rank, contribution.rounded());
      return () -> {
        underWay = false;
        return (M) group.await(exchange);
      };
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
}
