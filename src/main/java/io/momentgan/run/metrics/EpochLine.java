package io.momentgan.run.metrics;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.momentgan.averaging.RoundResult;
import io.momentgan.moments.NoiseFloor;
import io.momentgan.run.RunProgress;
import java.util.List;

/**
 * One line of {@code metrics/epochs.jsonl}.
 *
 * @param at progress of the run
 * @param last figures of the epoch's last batch
 * @param context floors, and the discriminator's outputs for the last batch
 * @param mean means over the epoch's batches, as {@code d_loss_epoch_mean} and so on
 * @param alarms signs of trouble in this epoch, one sentence each
 */
public record EpochLine(
    @JsonUnwrapped Position at,
    @JsonUnwrapped Figures last,
    @JsonUnwrapped Figures.Context context,
    @JsonUnwrapped(suffix = "_epoch_mean") Figures mean,
    List<String> alarms) {
  /** Copies the alarms. */
  public EpochLine {
    alarms = List.copyOf(alarms);
  }

  /**
   * Makes the line of an epoch.
   *
   * @param epoch from 1 on
   * @param result the epoch's last round
   * @param progress the run's books, that round included
   * @param floor noise floor of the moments
   * @param alarms signs of trouble
   */
  public static EpochLine of(
      int epoch, RoundResult result, RunProgress progress, NoiseFloor floor, List<String> alarms) {
    return new EpochLine(
        Position.of(epoch, result.snapshot(), progress.seconds()),
        Figures.of(result.last(), floor),
        Figures.Context.of(result.last(), floor),
        Figures.of(progress.mean(), floor),
        alarms);
  }

  /** Returns the epoch's number, from 1 on. */
  public int epoch() {
    return at.epoch();
  }
}
