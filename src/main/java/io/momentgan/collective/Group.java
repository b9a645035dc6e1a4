package io.momentgan.collective;

import java.io.Serializable;
import java.util.Comparator;

/**
 * Name of a group of workers: a round, and which attempt at it.
 *
 * <p>Attempts are numbered as Spark does, so that a late worker of an attempt that failed never
 * meets the workers of the next.
 *
 * @param run name of the run, unique within the application
 * @param round number of the round, from 0
 * @param stage Spark's stage; a round that is submitted again gets a higher one
 * @param attempt attempt at the stage
 * @param retry attempt at the task; workers of one group fail together, so it is the same for all
 */
public record Group(String run, long round, int stage, int attempt, int retry)
    implements Serializable {
  private static final Comparator<Group> BY_AGE =
      Comparator.comparingInt(Group::stage)
          .thenComparingInt(Group::attempt)
          .thenComparingInt(Group::retry);

  /**
   * Whether another group of the same run began after this one.
   *
   * @param other a group of the same run
   * @return whether this one is older
   */
  public boolean isOlderThan(Group other) {
    return BY_AGE.compare(this, other) < 0;
  }

  /**
   * Whether another group is a retry of this one's failed tasks, those that succeeded being kept.
   *
   * @param other a group of the same run
   * @return whether it is of the same attempt at the same stage, and later
   */
  public boolean isRetriedAs(Group other) {
    return stage == other.stage && attempt == other.attempt && retry < other.retry;
  }

  @Override
  public String toString() {
    return "round %d of %s (stage %d, attempt %d.%d)"
        .formatted(round + 1, run, stage, attempt, retry);
  }
}
