package io.momentgan.collective;

import java.io.Serializable;
import java.time.Duration;

/** Joins workers to the group of their round. Travels with the task. */
public interface CollectiveFactory extends Serializable {
  /**
   * Joins a group.
   *
   * @param group name of the group: run, round and stage attempt, so that a late worker of an
   *     attempt that failed never meets the workers of the next
   * @param rank this worker's number, 0 to size-1
   * @param size number of workers
   * @param deadline how long any wait may last
   * @return this worker's end of the group
   */
  Collective join(String group, int rank, int size, Duration deadline);
}
