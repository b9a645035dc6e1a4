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

  /**
   * Registers a run, on the driver, before its workers join.
   *
   * @param run name of the run, unique within the application
   * @param size number of workers
   * @param deadline longest wait of a worker for the others
   * @param mostBytes bytes of the largest message
   * @return ends with the run
   */
  default Registration register(String run, int size, Duration deadline, long mostBytes) {
    return Registration.NONE;
  }
}
