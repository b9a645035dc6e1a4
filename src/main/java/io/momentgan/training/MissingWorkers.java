package io.momentgan.training;

import io.momentgan.config.Experiment;
import io.momentgan.device.Cluster;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that a cluster has lost executors that a round needs, and gives it a while to replace
 * them. Spark itself waits for ever.
 */
final class MissingWorkers {
  private static final Logger LOG = LoggerFactory.getLogger(MissingWorkers.class);
  private static final long POLL_MILLIS = 100;

  private final JavaSparkContext spark;
  private final int needed;
  private final int seconds;

  /** When some were first found missing; null while there are enough. */
  private Long sinceNanos;

  /** Watches over the workers of a training. */
  MissingWorkers(JavaSparkContext spark, Experiment experiment) {
    this.spark = spark;
    // Workers that exchange nothing can run one after another.
    this.needed = Preflight.exchanges(experiment) ? experiment.train().workers() : 1;
    this.seconds = experiment.failures().waitSeconds();
  }

  /** Whether some have been missing for as long as a round waits for them. */
  synchronized boolean overdue() {
    if (spark.sc().isStopped() || there() == needed) {
      sinceNanos = null;
      return false;
    }
    long now = System.nanoTime();
    if (sinceNanos == null) {
      sinceNanos = now;
      LOG.warn(
          "The cluster has room for {} of {} workers: waiting {} s for executors (failures.wait-seconds)",
          there(),
          needed,
          seconds);
    }
    return now - sinceNanos >= TimeUnit.SECONDS.toNanos(seconds);
  }

  /** Whether some are missing. */
  private synchronized boolean any() {
    return sinceNanos != null;
  }

  /**
   * Waits until there are enough, or too long, or something else ends the wait.
   *
   * @return whether it took too long
   */
  boolean await(BooleanSupplier ended) {
    boolean overdue = overdue();
    while (any() && !overdue && !ended.getAsBoolean()) {
      pause();
      overdue = overdue();
    }
    return overdue;
  }

  private static void pause() {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while waiting for executors", e);
    }
  }

  /** The workers that the cluster runs at once now, up to what a round needs. */
  int there() {
    return Math.min(needed, Cluster.runningSlots(spark.sc()));
  }

  /** Says what is missing. */
  String text(int there) {
    return "after %d s (failures.wait-seconds) the cluster has room for %d of %d workers"
        .formatted(seconds, there, needed);
  }
}
