package io.momentgan.engine;

import io.momentgan.collective.CollectiveException;

/** A worker's end of its run's devices, which average gradients among themselves. */
public interface DeviceGroup extends AutoCloseable {
  /**
   * Replaces the gradient of a network, whose engine is the group's, by the mean over the workers.
   * All workers must make the same calls in the same order, with batches of one size.
   *
   * @throws CollectiveException on CPUs, when a worker has left or does not arrive by the deadline;
   *     NCCL's watchdog ends the process then
   */
  void average(TrainedNetwork network);

  /** Leaves the group, which ends it for all. */
  @Override
  void close();
}
