package io.momentgan.averaging;

import io.momentgan.averaging.merge.Averages;
import io.momentgan.averaging.merge.SlicedAverage;
import io.momentgan.averaging.merge.SlicedAverage.Contribution;
import io.momentgan.network.ParameterLayout;
import io.momentgan.network.state.NetworkState;
import io.momentgan.network.state.ReplayBuffer;
import io.momentgan.partition.Stages;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingResult;

/**
 * The workers' results of a round, with one average in the place of their networks.
 *
 * @param rest what else each worker handed in, in rank order
 * @param generator the average of the workers' generators
 * @param discriminator the average of their discriminators
 */
record AveragedRound(List<Rest> rest, NetworkState generator, NetworkState discriminator) {
  /**
   * A worker's result but for its networks.
   *
   * @param report its figures
   * @param replay its own buffer
   * @param bytes of its networks and its buffer
   */
  record Rest(WorkerReport report, ReplayBuffer replay, long bytes) implements Serializable {
    static Rest of(GanTrainingResult result) {
      return new Rest(result.report(), result.replay(), result.bytes());
    }
  }

  /** Runs the workers' tasks and averages what they hand in on the driver, in rank order. */
  static AveragedRound onDriver(
      JavaRDD<ParameterAveragingTrainingResult> results,
      ParameterLayout generator,
      ParameterLayout discriminator) {
    List<GanTrainingResult> byRank =
        Stages.collect(results).stream().map(GanTrainingResult.class::cast).toList();
    List<Rest> rest = byRank.stream().map(Rest::of).toList();
    double[] weights = weights(rest);
    return new AveragedRound(
        rest,
        Averages.of(byRank.stream().map(GanTrainingResult::generator).toList(), weights, generator),
        Averages.of(
            byRank.stream().map(GanTrainingResult::discriminator).toList(),
            weights,
            discriminator));
  }

  /** Runs the workers' tasks and averages on the workers, to the same bits. */
  static AveragedRound bySlices(
      JavaRDD<ParameterAveragingTrainingResult> results, SlicedAverage slices) {
    SlicedAverage.Average<Rest> average =
        slices.average(
            Stages.mapPartitions(
                results,
                worker -> List.of(contribution((GanTrainingResult) worker.next())).iterator()));
    return new AveragedRound(average.rest(), average.generator(), average.discriminator());
  }

  private static Contribution<Rest> contribution(GanTrainingResult result) {
    WorkerReport report = result.report();
    return new Contribution<>(
        report.rank(),
        report.samples(),
        result.generator(),
        result.discriminator(),
        Rest.of(result));
  }

  private static double[] weights(List<Rest> rest) {
    return Averages.weights(rest.stream().map(worker -> worker.report().samples()).toList());
  }

  /** The workers' figures, in rank order. */
  List<WorkerReport> reports() {
    return rest.stream().map(Rest::report).toList();
  }

  /** Each worker's share of all images, in rank order. */
  double[] weights() {
    return weights(rest);
  }

  /** Each worker's own buffer, in rank order. */
  List<ReplayBuffer> replay() {
    return rest.stream().map(Rest::replay).toList();
  }

  /** Bytes of the networks and buffers of all workers. */
  long bytes() {
    return rest.stream().mapToLong(Rest::bytes).sum();
  }
}
