package io.momentgan.training;

import io.momentgan.averaging.RoundFailedException;
import io.momentgan.config.FailuresConfig;
import java.util.ArrayDeque;
import java.util.Deque;

/** Counts failed attempts at rounds, and says when they are too many. */
final class FailedRounds {
  private final FailuresConfig config;
  private final Deque<Long> failed = new ArrayDeque<>();

  FailedRounds(FailuresConfig config) {
    this.config = config;
  }

  /**
   * Notes a failed attempt.
   *
   * @param round number of the round
   * @param reason why it failed
   * @param failure what was thrown
   * @param wayOn what can be done with the run, for the message
   * @throws RunFailedException when it was one too many
   */
  void add(long round, String reason, RoundFailedException failure, String wayOn) {
    failed.add(round);
    while (failed.peek() <= round - config.window()) {
      failed.remove();
    }
    if (failed.size() >= config.limit()) {
      throw new RunFailedException(
          "%s. That was failed attempt %d within %d rounds (failures.limit, failures.window); %s"
              .formatted(reason, failed.size(), config.window(), wayOn),
          failure);
    }
  }
}
