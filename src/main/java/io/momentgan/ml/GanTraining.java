package io.momentgan.ml;

import io.momentgan.config.UserException;
import io.momentgan.data.DataSet;
import io.momentgan.device.StopRequests;
import io.momentgan.run.Run;
import io.momentgan.run.metrics.EpochLine;
import io.momentgan.run.metrics.Figures;
import io.momentgan.training.TrainingRun;
import io.momentgan.training.TrainingStoppedException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.commons.lang3.exception.ExceptionUtils;
import org.apache.spark.sql.SparkSession;

/** A training in the background. {@link GanRuns} reads its progress from its folder. */
public final class GanTraining {
  /**
   * An epoch that a training has ended. Losses are means over the epoch, in nats.
   *
   * @param epoch from 1 on
   * @param seconds spent on training since the run's start
   * @param discriminatorLoss the discriminator's loss
   * @param generatorLoss the generator's loss, moment terms included
   * @param alarms signs of trouble in this epoch, one sentence each
   */
  public record EpochEnd(
      int epoch,
      double seconds,
      double discriminatorLoss,
      double generatorLoss,
      List<String> alarms) {
    /** Copies the alarms. */
    public EpochEnd {
      alarms = List.copyOf(alarms);
    }

    private static EpochEnd of(EpochLine line) {
      Figures mean = line.mean();
      return new EpochEnd(
          line.epoch(), line.at().seconds(), mean.dLoss(), mean.gLoss(), line.alarms());
    }
  }

  /** The newest training of this process. */
  private static final AtomicReference<GanTraining> NEWEST = new AtomicReference<>();

  private static final Duration POLL = Duration.ofMillis(20);

  private final Run run;
  private final FutureTask<Run> task;

  private GanTraining(
      SparkSession spark, Run run, DataSet images, List<Consumer<EpochEnd>> listeners) {
    this.run = run;
    this.task = new FutureTask<>(() -> train(spark, images, listeners), run);
  }

  /** Refuses a second training in this process. */
  static void requireNone() {
    GanTraining newest = NEWEST.get();
    if (newest != null && !newest.isDone()) {
      throw new UserException(
          "Training: found %s in progress, expected none; await its end, or stop it"
              .formatted(newest));
    }
  }

  static GanTraining start(
      SparkSession spark, Run run, DataSet images, List<Consumer<EpochEnd>> listeners) {
    GanTraining training = new GanTraining(spark, run, images, listeners);
    NEWEST.set(training);
    Thread thread = new Thread(training.task, "momentgan " + training);
    thread.setDaemon(true);
    thread.start();
    return training;
  }

  private void train(SparkSession spark, DataSet images, List<Consumer<EpochEnd>> listeners) {
    // Threads inherit the job group of the paragraph that starts them; cancelling that would end
    // them.
    spark.sparkContext().clearJobGroup();
    try {
      TrainingRun.goOn(
          run,
          images,
          Optional.empty(),
          line -> listeners.forEach(listener -> listener.accept(EpochEnd.of(line))));
    } catch (TrainingStoppedException e) {
      if (e.signal().isEmpty()) {
        throw e;
      }
    }
  }

  /** The run's folder as a URI. */
  public String folder() {
    return run.folder().uri();
  }

  /** Whether the training has ended, whatever the outcome. */
  public boolean isDone() {
    return task.isDone();
  }

  /**
   * Waits for the training's end: the last round, or that after {@link #stop}.
   *
   * @param seconds at most
   * @return whether it has ended
   * @throws TrainingStoppedException when it diverged or too many rounds failed
   * @throws UserException when data or cluster do not fit the settings
   */
  public boolean await(long seconds) {
    try {
      task.get(seconds, TimeUnit.SECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      return ExceptionUtils.rethrow(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted; %s goes on".formatted(this), e);
    }
  }

  /**
   * Ends the training after its round, with a checkpoint that the command {@code resume} goes on
   * from; before the end of the first round, without one. Does nothing once it has ended.
   */
  public void stop() {
    while (!isDone() && !StopRequests.isTraining()) {
      LockSupport.parkNanos(POLL.toNanos());
    }
    StopRequests.endTraining();
  }

  /** The run's name. */
  @Override
  public String toString() {
    return run.folder().name();
  }
}
