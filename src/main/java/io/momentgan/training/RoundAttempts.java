package io.momentgan.training;

import io.momentgan.averaging.RoundFailedException;
import io.momentgan.averaging.RoundResult;
import io.momentgan.config.TrainConfig.FailuresConfig;
import io.momentgan.device.StopRequests;
import io.momentgan.partition.Round;
import io.momentgan.partition.Schedule;
import io.momentgan.run.Run;
import io.momentgan.training.listeners.CheckpointListener;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes attempts at rounds: cancels those that take too long, counts those that fail, and gives up
 * when too many do.
 */
final class RoundAttempts implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RoundAttempts.class);

  private final JavaSparkContext spark;
  private final String run;
  private final FailuresConfig config;
  private final MissingWorkers missing;
  private final int workers;
  private final Schedule schedule;
  private final CheckpointListener checkpoints;
  private final StopRequests stop;
  private final Deque<Long> failed = new ArrayDeque<>();
  private volatile boolean exceeded;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "momentgan-round-deadline");
            thread.setDaemon(true);
            return thread;
          });

  RoundAttempts(
      JavaSparkContext spark,
      Run run,
      Schedule schedule,
      CheckpointListener checkpoints,
      StopRequests stop) {
    this.spark = spark;
    this.run = run.folder().name();
    this.config = run.record().experiment().failures();
    this.missing = new MissingWorkers(spark, run.record().experiment());
    this.workers = run.record().experiment().train().workers();
    this.schedule = schedule;
    this.checkpoints = checkpoints;
    this.stop = stop;
  }

  /**
   * Makes an attempt.
   *
   * @param round which round
   * @param attempt runs it
   * @return its result; empty when it failed and may be retried, or was cancelled by a signal
   * @throws TrainingStoppedException when one attempt too many failed
   * @throws LostWorkersException when executors are lost and not replaced in time
   */
  Optional<RoundResult> make(Round round, Supplier<RoundResult> attempt) {
    spark.setJobGroup(run, description(round), true);
    exceeded = false;
    stop.cancelling(() -> spark.cancelJobGroup(run));
    try {
      return Optional.of(watched(attempt));
    } catch (RoundFailedException e) {
      requireWorkers(round, e);
      // Ctrl-C at a terminal also reaches workers that are processes of this machine.
      if (stop.received().isEmpty()) {
        failed(round, e);
      }
      return Optional.empty();
    } finally {
      stop.cancelling(null);
    }
  }

  /** A worker without an executor keeps the others waiting, attempt after attempt. */
  private RoundResult watched(Supplier<RoundResult> attempt) {
    if (spark.isLocal()) {
      return withinDeadline(attempt);
    }
    ScheduledFuture<?> watch =
        clock.scheduleWithFixedDelay(
            () -> {
              if (missing.overdue()) {
                spark.cancelJobGroup(run);
              }
            },
            1,
            1,
            TimeUnit.SECONDS);
    try {
      return withinDeadline(attempt);
    } finally {
      watch.cancel(false);
    }
  }

  /** An attempt that fails for want of workers is no reason to make the next one without them. */
  private void requireWorkers(Round round, RoundFailedException e) {
    if (missing.await(() -> stop.received().isPresent()) && stop.received().isEmpty()) {
      int left = missing.there();
      throw new LostWorkersException(
          "Round %d failed: %s".formatted(round.number() + 1, missing.text(left)), e, left);
    }
  }

  /** Workers that hang where nobody waits for them are noticed by nothing else. */
  private RoundResult withinDeadline(Supplier<RoundResult> attempt) {
    if (config.roundSeconds() == 0) {
      return attempt.get();
    }
    ScheduledFuture<?> end = clock.schedule(this::cancel, config.roundSeconds(), TimeUnit.SECONDS);
    try {
      return attempt.get();
    } finally {
      end.cancel(false);
    }
  }

  private void cancel() {
    exceeded = true;
    LOG.warn(
        "The round takes longer than {} s (failures.round-seconds): it is ended",
        config.roundSeconds());
    spark.cancelJobGroup(run);
  }

  private void failed(Round round, RoundFailedException e) {
    if (spark.sc().isStopped()) {
      throw TrainingStoppedException.failed(
          "The application was stopped within %s; %s"
              .formatted(description(round), checkpoints.howToContinue()),
          e);
    }
    String reason =
        exceeded
            ? "Round %d failed: it took longer than %d s (failures.round-seconds)"
                .formatted(round.number() + 1, config.roundSeconds())
            : e.getMessage();
    failed.add(round.number());
    failed.removeIf(number -> number <= round.number() - config.window());
    if (failed.size() >= config.limit()) {
      throw TrainingStoppedException.failed(
          "%s. That was failed attempt %d within %d rounds (failures.limit, failures.window); %s"
              .formatted(reason, failed.size(), config.window(), checkpoints.howToContinue()),
          e);
    }
    LOG.warn("{}; it is retried from the snapshot", reason);
    LOG.debug("Its cause", e);
  }

  private String description(Round round) {
    return "epoch %d/%d, round %d/%d: %d iterations on %d workers"
        .formatted(
            round.epoch(),
            schedule.train().epochs(),
            round.number() + 1,
            schedule.rounds(),
            round.iterations(),
            workers);
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
