package io.momentgan.averaging;

import io.momentgan.averaging.merge.Averages;
import io.momentgan.network.ParameterLayout;
import io.momentgan.network.state.NetworkState;
import io.momentgan.network.state.ReplayBuffer;
import java.util.List;

/**
 * The workers' results of a round, with one average in the place of their networks.
 *
 * @param reports in rank order
 * @param generator the average of the workers' generators
 * @param discriminator the average of their discriminators
 * @param replay each worker's own buffer, in rank order
 * @param bytes of the networks and buffers of all workers
 */
record AveragedRound(
    List<WorkerReport> reports,
    NetworkState generator,
    NetworkState discriminator,
    List<ReplayBuffer> replay,
    long bytes) {
  /** Averages on the driver what the workers handed in, in rank order. */
  static AveragedRound of(
      List<GanTrainingResult> byRank, ParameterLayout generator, ParameterLayout discriminator) {
    List<WorkerReport> reports = byRank.stream().map(GanTrainingResult::report).toList();
    double[] weights = weights(reports);
    return new AveragedRound(
        reports,
        Averages.of(byRank.stream().map(GanTrainingResult::generator).toList(), weights, generator),
        Averages.of(
            byRank.stream().map(GanTrainingResult::discriminator).toList(), weights, discriminator),
        byRank.stream().map(GanTrainingResult::replay).toList(),
        byRank.stream().mapToLong(GanTrainingResult::bytes).sum());
  }

  /** Each worker's share of all images, in rank order. */
  static double[] weights(List<WorkerReport> reports) {
    return Averages.weights(reports.stream().map(WorkerReport::samples).toList());
  }
}
