package io.momentgan.bench;

import io.momentgan.collective.Collective;
import io.momentgan.collective.CollectiveFactory;
import io.momentgan.collective.Group;
import io.momentgan.collective.Meeting;
import io.momentgan.collective.Message.BatchMoments;
import io.momentgan.collective.Message.WeightedMean;
import io.momentgan.collective.Registration;
import io.momentgan.config.AveragingConfig.Wire;
import io.momentgan.moments.Moments;
import io.momentgan.training.TrainingRun;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * Time of an exchange of the moments of a real and a generated batch and a loss, between the tasks
 * of a stage.
 */
final class ExchangeBench {
  private static final Duration DEADLINE = Duration.ofMinutes(2);
  private static final long VALUES_TO_SEND = 20_000_000;
  private static final int FEWEST = 20;
  private static final int MOST = 4000;

  private ExchangeBench() {}

  /** Where messages are merged. */
  enum Path {
    THREADS("threads of one process", Long.MAX_VALUE),
    DRIVER("driver", Long.MAX_VALUE),
    SLICES("slices", 0);

    private final String text;
    private final long bytesOnDriver;

    Path(String text, long bytesOnDriver) {
      this.text = text;
      this.bytesOnDriver = bytesOnDriver;
    }

    /** Those of a context's workers. */
    static List<Path> of(JavaSparkContext spark) {
      return spark.isLocal() ? List.of(THREADS) : List.of(DRIVER, SLICES);
    }

    /** Mebibytes of an exchange that pass the driver's network card. */
    double throughDriver(int workers, int features, Wire wire) {
      return this == DRIVER ? 2.0 * workers * bytes(features, wire) / (1 << 20) : 0;
    }

    /** Mebibytes that pass a worker's, in and out, when each worker has a machine. */
    double throughWorker(int workers, int features, Wire wire) {
      double once = (double) bytes(features, wire) / (1 << 20);
      return switch (this) {
        case THREADS -> 0;
        case DRIVER -> 2 * once;
        case SLICES -> 4 * once * (workers - 1) / workers;
      };
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /**
   * Measures exchanges of workers that are threads of as many tasks as there are slots.
   *
   * @param spark the context
   * @param path where their messages are merged
   * @param workers number of workers
   * @param features features of a batch
   * @param wire precision of the moments
   * @return milliseconds of an exchange
   */
  static Spread milliseconds(
      JavaSparkContext spark, Path path, int workers, int features, Wire wire) {
    CollectiveFactory collectives = TrainingRun.collectives(spark);
    Meeting meeting = new Meeting(workers, DEADLINE, bytes(features, wire), path.bytesOnDriver);
    int tasks = Math.min(workers, spark.defaultParallelism());
    List<Integer> numbers = IntStream.range(0, tasks).boxed().toList();
    try (Registration run = collectives.register("bench", meeting)) {
      run.admit(0);
      return spark
          .parallelize(numbers, tasks)
          .map(
              number -> {
                TaskContext task = TaskContext.get();
                Group group = new Group("bench", 0, task.stageId(), task.stageAttemptNumber(), 0);
                List<CompletableFuture<Spread>> own =
                    IntStream.range(0, workers)
                        .filter(rank -> rank % tasks == number)
                        .mapToObj(
                            rank ->
                                CompletableFuture.supplyAsync(
                                    () ->
                                        work(
                                            collectives.join(group, rank, meeting), features, wire),
                                    ExchangeBench::start))
                        .toList();
                return own.stream().map(CompletableFuture::join).toList().get(0);
              })
          .collect()
          .get(0);
    }
  }

  /** All workers of a task wait for each other: each has a thread. */
  private static void start(Runnable worker) {
    Thread thread = new Thread(worker, "bench-worker");
    thread.setDaemon(true);
    thread.start();
  }

  /** Bytes of the moments that a worker hands in. */
  static long bytes(int features, Wire wire) {
    return 2 * (Long.BYTES + 2L * wire.bytes() * features);
  }

  private static Spread work(Collective collective, int features, Wire wire) {
    try (collective) {
      Random random = new Random(collective.rank());
      Moments batch = Moments.of(random.doubles(2L * features).toArray(), features);
      BatchMoments own =
          new BatchMoments(
              wire, List.of(batch), List.of(batch), new WeightedMean(Wire.EXACT, 1, 0.5));
      int exchanges =
          (int) Math.max(FEWEST, Math.min(MOST, VALUES_TO_SEND / features / collective.size()));
      double[] millis = new double[exchanges];
      for (int i = 0; i < 2 * exchanges; i++) {
        long start = System.nanoTime();
        collective.merge(own);
        millis[i % exchanges] = (System.nanoTime() - start) / 1e6;
      }
      return Spread.of(millis);
    }
  }
}
