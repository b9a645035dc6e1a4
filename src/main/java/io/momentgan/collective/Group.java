package io.momentgan.collective;

import java.io.Serializable;
import java.util.Comparator;

/**
 * Name of a group of workers: a round, and which attempt at it.
 *
 * <p>Attempts have Spark's numbers, so that a late worker of a failed attempt never meets the
 * workers of the next.
 *
 * @param run name of the run, unique within the application
 * @param round number of the round, from 0
 * @param stage Spark's stage; a round that is submitted again gets a higher number
 * @param attempt attempt at the stage
 * @param retry attempt at the task; workers of one group fail together, so it is the same for all
 */
public record Group(String run, long round, int stage, int attempt, int retry)
    implements Serializable {
  private static final Comparator<Group> BY_AGE =
      Comparator.comparingInt(Group::stage)
          .thenComparingInt(Group::attempt)
          .thenComparingInt(Group::retry);

  /** Whether another group of the same run began after this one. */
  public boolean isOlderThan(Group other) {
    return BY_AGE.compare(this, other) < 0;
  }

  /**
   * Whether another group of the same run retries only the failed or lost tasks of this one: it is
   * a later attempt at the same stage, or a later retry within an attempt.
   */
  public boolean isRetriedAs(Group other) {
    return stage == other.stage && isOlderThan(other);
  }

  @Override
  public String toString() {
    return "round %d of %s (stage %d, attempt %d.%d)"
        .formatted(round + 1, run, stage, attempt, retry);
  }
}
