package io.momentgan.collective;

import java.io.Serializable;
import java.time.Duration;

/** Joins workers to the group of their round. Travels with the task. */
@FunctionalInterface
public interface CollectiveFactory extends Serializable {
  /**
   * Joins a group.
   *
   * @param group the group
   * @param rank this worker's number, 0 to size-1
   * @param size number of workers
   * @param deadline how long any wait may last
   * @return this worker's end of the group
   * @throws CollectiveException when the group has failed or a newer attempt has begun
   */
  Collective join(Group group, int rank, int size, Duration deadline);
}
