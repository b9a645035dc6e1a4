package io.momentgan.collective;

import java.io.Serializable;
import java.time.Duration;

/** Joins workers to the group of their round. Travels with the task. */
@FunctionalInterface
public interface CollectiveFactory extends Serializable {
  /**
   * Joins a group as worker {@code rank}, 0 to size-1; no wait may last longer than the deadline.
   *
   * @throws CollectiveException when the group has failed or a newer attempt has begun
   */
  Collective join(Group group, int rank, int size, Duration deadline);
}
