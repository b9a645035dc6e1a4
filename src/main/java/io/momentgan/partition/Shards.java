package io.momentgan.partition;

import io.momentgan.config.Seeds;
import io.momentgan.data.ImageSource;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.storage.StorageLevel;

/**
 * The training images spread over the workers: one partition and one {@link Shard} per worker, read
 * by the workers themselves and cached as one block.
 *
 * @param rdd the shards, partition number = rank
 * @param sizes number of images of each shard; they differ by at most one
 */
public record Shards(JavaRDD<Shard> rdd, List<Integer> sizes) {
  private static final int ANSWER_SECONDS = 5;

  public Shards {
    sizes = List.copyOf(sizes);
  }

  /**
   * Spreads images over workers and loads them there.
   *
   * @param workers number of shards, 1 to the number of images
   * @param runSeed {@code train.seed}, which decides who gets what
   * @param black the scaled value of black pixels, -1 or 0
   */
  public static Shards load(
      JavaSparkContext spark, ImageSource source, int workers, long runSeed, float black) {
    List<Integer> ranks = IntStream.range(0, workers).boxed().toList();
    JavaRDD<Shard> rdd =
        spark
            .parallelize(ranks, workers)
            .map(
                rank ->
                    new Shard(
                        rank, source.read(indices(source.count(), workers, rank, runSeed)), black))
            .setName("shards")
            .persist(StorageLevel.MEMORY_ONLY());
    return new Shards(rdd, rdd.map(shard -> shard.images().count()).collect());
  }

  /**
   * Slices a seeded permutation: the slices of all ranks are disjoint, complete, and differ in
   * length by at most one.
   */
  static int[] indices(int count, int workers, int rank, long runSeed) {
    int[] order = Permutation.of(count, Seeds.of(runSeed, Seeds.Use.SHARDS));
    int from = (int) ((long) count * rank / workers);
    int to = (int) ((long) count * (rank + 1) / workers);
    return Arrays.copyOfRange(order, from, to);
  }

  /**
   * Forgets the shards. Waits a while for the executors' answers: Spark prints a stack trace if it
   * is closed before they are there.
   */
  public void release() {
    CompletableFuture<?> answers = CompletableFuture.runAsync(() -> rdd.unpersist(true));
    try {
      answers.get(ANSWER_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException | ExecutionException e) {
      answers.cancel(false); // executors that hang or are lost do not answer
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Number of images of the smallest shard, before any is loaded. */
  public static int smallestSize(int count, int workers) {
    return count / workers;
  }
}
