package io.momentgan.collective;

import java.io.Serializable;

/** Joins workers to the group of their round. Travels with the task. */
@FunctionalInterface
public interface CollectiveFactory extends Serializable {
  /**
   * Joins a group as worker {@code rank}, 0 to size-1.
   *
   * @throws CollectiveException when the group has failed or a newer attempt has begun
   */
  Collective join(Group group, int rank, Meeting meeting);

  /**
   * Registers a run, on the driver, before its workers join.
   *
   * @param run name of the run, unique within the application
   * @param meeting that of its workers
   * @return ends with the run
   */
  default Registration register(String run, Meeting meeting) {
    return Registration.NONE;
  }
}
