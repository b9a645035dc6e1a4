package io.momentgan.run;

import io.momentgan.averaging.RoundResult;
import io.momentgan.averaging.WorkerReport;
import io.momentgan.evaluation.Alarms;
import io.momentgan.step.Losses;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * What a training knows beside its networks, so that a resumed run goes on with its books.
 *
 * @param samplesSeen real images seen by all workers together
 * @param seconds time spent on rounds
 * @param sum sum of the figures of the current epoch's iterations
 * @param iterations iterations of the current epoch that {@code sum} holds
 * @param maxGradientNorm largest gradient norm of the current epoch, see {@link WorkerReport}
 * @param epochs figures of the epochs that are over, for the alarms
 */
public record RunProgress(
    long samplesSeen,
    double seconds,
    Losses sum,
    int iterations,
    double maxGradientNorm,
    List<Alarms.Epoch> epochs) {
  public RunProgress {
    Objects.requireNonNull(sum, "sum");
    epochs = List.copyOf(epochs);
  }

  public static RunProgress none() {
    return new RunProgress(0, 0, Losses.ZERO, 0, 0, List.of());
  }

  /** The books after a round. */
  public RunProgress plus(RoundResult result, int roundIterations) {
    return new RunProgress(
        result.snapshot().samplesSeen(),
        seconds + result.seconds(),
        sum.plus(result.mean(), roundIterations),
        iterations + roundIterations,
        result.workers().stream()
            .mapToDouble(WorkerReport::maxGradientNorm)
            .reduce(maxGradientNorm, Math::max),
        epochs);
  }

  /** Mean figures of the current epoch so far. */
  public Losses mean() {
    return Losses.ZERO.plus(sum, 1.0 / Math.max(1, iterations));
  }

  /** The current epoch's figures for the alarms. */
  public Alarms.Epoch epoch() {
    Losses mean = mean();
    return new Alarms.Epoch(
        mean.discriminatorBce(), mean.generatorBce(), maxGradientNorm, mean.momentVariance());
  }

  /** The books at the beginning of the next epoch. */
  public RunProgress nextEpoch() {
    List<Alarms.Epoch> over = new ArrayList<>(epochs);
    over.add(epoch());
    return new RunProgress(samplesSeen, seconds, Losses.ZERO, 0, 0, over);
  }
}
