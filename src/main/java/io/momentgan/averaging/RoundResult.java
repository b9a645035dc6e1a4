package io.momentgan.averaging;

import io.momentgan.collective.Traffic;
import io.momentgan.network.state.Snapshot;
import io.momentgan.step.Losses;
import java.util.List;

/**
 * The result of a round.
 *
 * @param snapshot the averaged networks
 * @param mean mean figures of the round's iterations over all workers
 * @param last figures of the last batch after its updates, over all workers
 * @param workers the workers' reports, in rank order
 * @param seconds wall time of the round
 * @param bytesOut bytes of the snapshot, sent to each worker; one process sends none of it to
 *     itself
 * @param bytesIn bytes of the networks that came back from all workers
 * @param whole whether a training can go on from the snapshot alone: no worker keeps Adam's moments
 *     to itself
 */
public record RoundResult(
    Snapshot snapshot,
    Losses mean,
    Losses last,
    List<WorkerReport> workers,
    double seconds,
    long bytesOut,
    long bytesIn,
    boolean whole) {
  public RoundResult {
    workers = List.copyOf(workers);
  }

  /** Cost of the exchanges of all workers together. */
  public Traffic traffic() {
    return workers.stream().map(WorkerReport::traffic).reduce(Traffic.NONE, Traffic::plus);
  }

  /** Real images that all workers together have trained on. */
  public long samples() {
    return workers.stream().mapToLong(WorkerReport::samples).sum();
  }
}
