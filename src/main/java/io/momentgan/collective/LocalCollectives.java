package io.momentgan.collective;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;

/** Groups of workers that are threads of one JVM, as in {@code local[*]}. */
public final class LocalCollectives implements CollectiveFactory {
  private static final long serialVersionUID = 1L;

  /** The groups of this JVM that have members: threads of different tasks meet here. */
  private static final ConcurrentHashMap<Group, LocalGroup> GROUPS = new ConcurrentHashMap<>();

  @Override
  public Collective join(Group group, int rank, int size, Duration deadline) {
    if (rank < 0 || rank >= size) {
      throw new IllegalArgumentException("Invalid rank: %d of %d".formatted(rank, size));
    }
    LocalGroup joined =
        GROUPS.compute(
            group,
            (name, existing) -> {
              LocalGroup result = existing == null ? new LocalGroup(size, deadline) : existing;
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
}
