package io.momentgan.training;

import io.momentgan.averaging.RoundResult;
import io.momentgan.averaging.WorkerReport;
import io.momentgan.collective.Traffic;
import io.momentgan.moments.NoiseFloor;
import io.momentgan.partition.Round;
import io.momentgan.run.EpochLine;
import io.momentgan.run.RoundLine;
import io.momentgan.run.RunProgress;
import io.momentgan.run.WorkerLine;
import io.momentgan.step.Losses;
import java.util.List;

/** Turns results into lines of the metrics. */
final class Lines {
  private Lines() {}

  /** The line of an epoch. */
  static EpochLine epoch(
      Round round,
      RoundResult result,
      RunProgress progress,
      NoiseFloor floor,
      List<String> alarms) {
    return EpochLine.of(
        clock(round, result, progress),
        losses(result.last(), floor),
        context(result.last(), floor),
        losses(progress.mean(), floor),
        alarms);
  }

  /** The line of a round. */
  static RoundLine round(Round round, RoundResult result, RunProgress progress, NoiseFloor floor) {
    double slowest = result.workers().stream().mapToDouble(WorkerReport::seconds).max().orElse(0);
    Traffic traffic = result.traffic();
    return RoundLine.of(
        clock(round, result, progress),
        losses(result.last(), floor),
        context(result.last(), floor),
        losses(result.mean(), floor),
        new RoundLine.Cost(
            result.seconds(),
            slowest,
            result.bytesOut() * result.workers().size(),
            result.bytesIn(),
            traffic.exchanges() / result.workers().size(),
            traffic.bytesOut(),
            traffic.bytesIn(),
            traffic.secondsWaited() / result.workers().size(),
            result.mean().dGradientNorm(),
            result.mean().gGradientNorm()));
  }

  /** The lines of a round's workers. */
  static List<WorkerLine> workers(Round round, RoundResult result) {
    double fastest =
        result.workers().stream().mapToDouble(Lines::secondsWorked).min().orElseThrow();
    return result.workers().stream()
        .map(worker -> worker(round, result.snapshot().round(), worker, fastest))
        .toList();
  }

  private static WorkerLine worker(Round round, long number, WorkerReport worker, double fastest) {
    Traffic traffic = worker.traffic();
    return new WorkerLine(
        round.epoch(),
        number,
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

  private static EpochLine.Clock clock(Round round, RoundResult result, RunProgress progress) {
    return new EpochLine.Clock(
        round.epoch(),
        result.snapshot().round(),
        result.snapshot().iteration(),
        result.snapshot().samplesSeen(),
        result.snapshot().generator().updates(),
        result.snapshot().discriminator().updates(),
        progress.seconds());
  }

  private static EpochLine.Losses losses(Losses l, NoiseFloor floor) {
    return new EpochLine.Losses(
        l.discriminator(),
        l.generator(),
        l.generatorBce(),
        measured(l.momentMean(), floor),
        measured(l.momentVariance(), floor));
  }

  private static EpochLine.Context context(Losses l, NoiseFloor floor) {
    return new EpochLine.Context(
        measured(floor.mean(), floor), measured(floor.variance(), floor), l.dReal(), l.dFake());
  }

  /** Where moments are not measured there is no number, rather than 0. */
  private static double measured(double value, NoiseFloor floor) {
    return floor.equals(NoiseFloor.NONE) ? Double.NaN : value;
  }
}
