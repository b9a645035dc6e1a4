package io.momentgan.averaging;

import io.momentgan.partition.Round;

/** A loss or parameter became NaN or infinite. */
public final class DivergedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DivergedException(Round round, WorkerReport worker) {
    super(
        "The training diverged in round %d (epoch %d) on worker %d: %s"
            .formatted(round.number() + 1, round.epoch(), worker.rank(), worker.fault().text()));
  }
}
