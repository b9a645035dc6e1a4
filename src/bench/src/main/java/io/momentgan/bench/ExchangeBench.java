package io.momentgan.bench;

import io.momentgan.collective.Collective;
import io.momentgan.collective.CollectiveFactory;
import io.momentgan.collective.Group;
import io.momentgan.collective.Message.BatchMoments;
import io.momentgan.collective.Message.WeightedMean;
import io.momentgan.collective.Registration;
import io.momentgan.moments.Moments;
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

  /**
   * Measures exchanges of workers that are threads of as many tasks as there are slots.
   *
   * @param spark the context
   * @param collectives how workers find each other
   * @param workers number of workers
   * @param features features of a batch
   * @return milliseconds of an exchange
   */
  static Spread milliseconds(
      JavaSparkContext spark, CollectiveFactory collectives, int workers, int features) {
    int tasks = Math.min(workers, spark.defaultParallelism());
    List<Integer> numbers = IntStream.range(0, tasks).boxed().toList();
    try (Registration run = collectives.register("bench", workers, DEADLINE, bytes(features))) {
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
                                            collectives.join(group, rank, workers, DEADLINE),
                                            features),
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
  static long bytes(int features) {
    return 2 * (Long.BYTES + 2L * Double.BYTES * features);
  }

  private static Spread work(Collective collective, int features) {
    try (collective) {
      Random random = new Random(collective.rank());
      Moments batch = Moments.of(random.doubles(2L * features).toArray(), features);
      BatchMoments own = new BatchMoments(List.of(batch), List.of(batch), new WeightedMean(1, 0.5));
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
