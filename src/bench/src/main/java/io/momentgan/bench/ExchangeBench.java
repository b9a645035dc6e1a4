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
   * Measures exchanges.
   *
   * @param spark the context, with a slot for each worker
   * @param collectives how workers find each other
   * @param workers number of workers
   * @param features features of a batch
   * @return milliseconds of an exchange
   */
  static Spread milliseconds(
      JavaSparkContext spark, CollectiveFactory collectives, int workers, int features) {
    List<Integer> ranks = IntStream.range(0, workers).boxed().toList();
    try (Registration run = collectives.register("bench", workers, DEADLINE, bytes(features))) {
      run.admit(0);
      return spark
          .parallelize(ranks, workers)
          .map(
              rank -> {
                TaskContext task = TaskContext.get();
                Group group =
                    new Group(
                        "bench",
                        0,
                        task.stageId(),
                        task.stageAttemptNumber(),
                        task.attemptNumber());
                return work(collectives.join(group, rank, workers, DEADLINE), features, 1);
              })
          .collect()
          .get(0);
    }
  }

  /**
   * Measures exchanges of many workers, each a thread of one of as many tasks as there are cores.
   *
   * @param spark the context
   * @param collectives how workers find each other
   * @param workers number of workers
   * @param features features of a batch
   * @return milliseconds of an exchange
   */
  static Spread simulated(
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
                        .mapToObj(rank -> worker(collectives, group, rank, workers, features))
                        .toList();
                return own.stream().map(CompletableFuture::join).toList().get(0);
              })
          .collect()
          .get(0);
    }
  }

  private static CompletableFuture<Spread> worker(
      CollectiveFactory collectives, Group group, int rank, int workers, int features) {
    CompletableFuture<Spread> spread = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                spread.complete(
                    work(collectives.join(group, rank, workers, DEADLINE), features, workers));
              } catch (RuntimeException e) {
                spread.completeExceptionally(e);
              }
            },
            "worker-" + rank);
    thread.setDaemon(true);
    thread.start();
    return spread;
  }

  /** Bytes of the moments that a worker hands in. */
  static long bytes(int features) {
    return 2 * (Long.BYTES + 2L * Double.BYTES * features);
  }

  private static Spread work(Collective collective, int features, int share) {
    try (collective) {
      Random random = new Random(collective.rank());
      Moments batch = Moments.of(random.doubles(2L * features).toArray(), features);
      BatchMoments own = new BatchMoments(List.of(batch), List.of(batch), new WeightedMean(1, 0.5));
      int exchanges = (int) Math.max(FEWEST, Math.min(MOST, VALUES_TO_SEND / features / share));
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
