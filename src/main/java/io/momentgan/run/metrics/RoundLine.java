package io.momentgan.run.metrics;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.momentgan.averaging.RoundResult;
import io.momentgan.averaging.WorkerReport;
import io.momentgan.collective.Traffic;
import io.momentgan.moments.NoiseFloor;
import io.momentgan.run.RunProgress;

/**
 * One line of {@code metrics/rounds.jsonl}.
 *
 * @param at progress of the run
 * @param last figures of the round's last batch
 * @param context floors, and the discriminator's outputs for the last batch
 * @param mean means over the round's batches, as {@code d_loss_round_mean} and so on
 * @param cost time and bytes
 */
public record RoundLine(
    @JsonUnwrapped Position at,
    @JsonUnwrapped Figures last,
    @JsonUnwrapped Figures.Context context,
    @JsonUnwrapped(suffix = "_round_mean") Figures mean,
    @JsonUnwrapped Cost cost) {
  /**
   * Time and bytes of a round.
   *
   * @param roundSeconds wall time of the round
   * @param workerSeconds wall time of its slowest worker
   * @param bytesOut bytes of networks sent to all workers
   * @param bytesIn bytes of networks that came back
   * @param exchanges exchanges of moments and gradients, of each worker
   * @param momentBytesOut bytes of moments and gradients that all workers handed in at them
   * @param momentBytesIn bytes that all workers got back
   * @param momentWaitSeconds mean time that a worker waited for the others at them
   * @param dGradientNorm mean norm of the discriminator's gradient over the round
   * @param gGradientNorm mean norm of the generator's gradient over the round
   */
  public record Cost(
      double roundSeconds,
      double workerSeconds,
      long bytesOut,
      long bytesIn,
      long exchanges,
      long momentBytesOut,
      long momentBytesIn,
      double momentWaitSeconds,
      double dGradientNorm,
      double gGradientNorm) {
    private static Cost of(RoundResult result) {
      Traffic traffic = result.traffic();
      int workers = result.workers().size();
      return new Cost(
          result.seconds(),
          result.workers().stream().mapToDouble(WorkerReport::seconds).max().orElse(0),
          result.bytesOut() * workers,
          result.bytesIn(),
          traffic.exchanges() / workers,
          traffic.bytesOut(),
          traffic.bytesIn(),
          traffic.secondsWaited() / workers,
          result.mean().dGradientNorm(),
          result.mean().gGradientNorm());
    }
  }

  /**
   * Makes the line of a round.
   *
   * @param epoch the round's epoch, from 1 on
   * @param result the round's result
   * @param progress the run's books, the round included
   * @param floor noise floor of the moments
   */
  public static RoundLine of(
      int epoch, RoundResult result, RunProgress progress, NoiseFloor floor) {
    return new RoundLine(
        Position.of(epoch, result.snapshot(), progress.seconds()),
        Figures.of(result.last(), floor),
        Figures.Context.of(result.last(), floor),
        Figures.of(result.mean(), floor),
        Cost.of(result));
  }
}
