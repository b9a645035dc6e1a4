package io.momentgan.run;

/**
 * What a checkpoint is a checkpoint of.
 *
 * @param step rounds finished; the checkpoint's number
 * @param epoch epochs finished, or the one under way when it is taken inside an epoch; from 0 on
 * @param iteration iterations finished
 * @param score what the best checkpoint has least of, such as the moment distance; NaN for unknown,
 *     which is never best
 */
public record CheckpointInfo(long step, int epoch, long iteration, double score) {
  /** Checks the counters. */
  public CheckpointInfo {
    if (step < 0 || epoch < 0 || iteration < 0) {
      throw new IllegalArgumentException(
          "Invalid checkpoint: step %d, epoch %d, iteration %d (must be >= 0)"
              .formatted(step, epoch, iteration));
    }
  }
}
