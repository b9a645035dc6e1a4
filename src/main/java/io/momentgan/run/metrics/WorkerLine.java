package io.momentgan.run.metrics;

import io.momentgan.averaging.RoundResult;
import io.momentgan.averaging.WorkerReport;
import io.momentgan.collective.Traffic;
import java.util.List;

/**
 * One line of {@code metrics/workers.jsonl}: a worker in a round; shows stragglers.
 *
 * @param epoch the round's epoch, from 1 on
 * @param round rounds finished since the run's start, including this one
 * @param rank the worker, from 0 on
 * @param host its machine
 * @param iterations its iterations
 * @param samples real images that it trained on
 * @param seconds wall time of its work
 * @param waitSeconds part of them spent waiting for others at exchanges
 * @param lagSeconds excess of its working time, without waiting, over the fastest worker
 * @param exchanges number of its exchanges
 * @param momentBytesOut bytes that it handed in at them
 * @param momentBytesIn bytes that it got back
 */
public record WorkerLine(
    int epoch,
    long round,
    int rank,
    String host,
    int iterations,
    long samples,
    double seconds,
    double waitSeconds,
    double lagSeconds,
    long exchanges,
    long momentBytesOut,
    long momentBytesIn) {
  /**
   * Makes the lines of a round's workers.
   *
   * @param epoch the round's epoch, from 1 on
   * @param result the round's result
   */
  public static List<WorkerLine> of(int epoch, RoundResult result) {
    double fastest =
        result.workers().stream().mapToDouble(WorkerLine::secondsWorked).min().orElseThrow();
    return result.workers().stream()
        .map(worker -> of(epoch, result.snapshot().round(), worker, fastest))
        .toList();
  }

  private static WorkerLine of(int epoch, long round, WorkerReport worker, double fastest) {
    Traffic traffic = worker.traffic();
    return new WorkerLine(
        epoch,
        round,
        worker.rank(),
        worker.host(),
        worker.iterations(),
        worker.samples(),
        worker.seconds(),
        traffic.secondsWaited(),
        secondsWorked(worker) - fastest,
        traffic.exchanges(),
        traffic.bytesOut(),
        traffic.bytesIn());
  }

  private static double secondsWorked(WorkerReport worker) {
    return worker.seconds() - worker.traffic().secondsWaited();
  }
}
