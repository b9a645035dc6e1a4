package io.momentgan.training.listeners;

import io.momentgan.averaging.RoundResult;
import io.momentgan.network.state.Snapshot;
import io.momentgan.partition.Round;
import io.momentgan.run.RunProgress;
import io.momentgan.run.metrics.RoundLine;
import io.momentgan.run.metrics.WorkerLine;
import java.util.List;

/** Hears of each round of a training. Everything that is not the algorithm is a listener. */
public interface TrainingListener extends AutoCloseable {
  /**
   * Begins, or goes on; drops records of rounds after the start, because they will be run again.
   *
   * @param start the state that the first round starts from
   * @param progress the progress up to there
   */
  default void begin(Snapshot start, RunProgress progress) {}

  /** Hears of a round that ended; of each number once, in order. */
  default void roundEnded(RoundEnd end) {}

  /** Hears of an attempt at a round that failed. */
  default void roundFailed() {}

  /** Whether the training should stop after the round that just ended. */
  default boolean wantsStop() {
    return false;
  }

  /** Hears that the training is over: its last round has ended, and everything is published. */
  default void finished() {}

  /** Makes everything recorded so far visible to readers. */
  default void publish() {}

  @Override
  default void close() {}

  /**
   * A round that ended.
   *
   * @param round which
   * @param result the averaged networks and figures
   * @param progress the progress, this round included
   * @param line the round's line of metrics
   * @param workers a line for each worker, in rank order
   */
  record RoundEnd(
      Round round,
      RoundResult result,
      RunProgress progress,
      RoundLine line,
      List<WorkerLine> workers) {
    Snapshot snapshot() {
      return result.snapshot();
    }

    /** The progress that the next round starts from. */
    public RunProgress next() {
      return round.lastOfEpoch() ? progress.nextEpoch() : progress;
    }
  }
}
