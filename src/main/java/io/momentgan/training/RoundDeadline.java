package io.momentgan.training;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends attempts at rounds that take too long: workers that hang where nobody waits for them are
 * noticed by nothing else.
 */
final class RoundDeadline implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RoundDeadline.class);

  private final JavaSparkContext spark;
  private final String jobGroup;
  private final int seconds;
  private volatile boolean exceeded;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "momentgan-round-deadline");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * Prepares the deadline.
   *
   * @param spark the context
   * @param jobGroup group of the jobs of rounds
   * @param seconds how long an attempt may take; 0 for no limit
   */
  RoundDeadline(JavaSparkContext spark, String jobGroup, int seconds) {
    this.spark = spark;
    this.jobGroup = jobGroup;
    this.seconds = seconds;
  }

  /**
   * Makes an attempt, and ends it when it takes too long.
   *
   * @param attempt what to do; its jobs are of the group
   * @return what came of it
   */
  <T> T within(Supplier<T> attempt) {
    if (seconds == 0) {
      return attempt.get();
    }
    exceeded = false;
    ScheduledFuture<?> end = clock.schedule(this::cancel, seconds, TimeUnit.SECONDS);
    try {
      return attempt.get();
    } finally {
      end.cancel(false);
    }
  }

  /**
   * Why an attempt failed.
   *
   * @param round number of the round, from 1
   * @param otherwise the reason where it did not take too long
   */
  String reason(long round, String otherwise) {
    return exceeded
        ? "Round %d failed: it took longer than %d s (failures.round-seconds)"
            .formatted(round, seconds)
        : otherwise;
  }

  private void cancel() {
    exceeded = true;
    LOG.warn("The round takes longer than {} s (failures.round-seconds): it is ended", seconds);
    spark.cancelJobGroup(jobGroup);
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
