package io.momentgan.config;

import java.io.Serializable;

/**
 * When checkpoints are written and which are kept.
 *
 * @param every rounds between checkpoints; 0 for one at the end of each epoch
 * @param keepLast how many of the newest are kept
 * @param keepEvery each checkpoint whose epoch is a multiple of this is kept; 0 for none
 * @param keepBest whether the one with the smallest moment distance is kept
 */
public record CheckpointConfig(int every, int keepLast, int keepEvery, boolean keepBest)
    implements Serializable {
  /** Checks each setting by itself. */
  public CheckpointConfig {
    ConfigException.check(every >= 0, "checkpoint.every", every, "0 (each epoch) or more rounds");
    ConfigException.check(keepLast > 0, "checkpoint.keep-last", keepLast, "a positive number");
    ConfigException.check(keepEvery >= 0, "checkpoint.keep-every", keepEvery, "0 (none) or more");
  }
}
