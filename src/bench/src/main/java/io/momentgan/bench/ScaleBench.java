package io.momentgan.bench;

import io.momentgan.averaging.merge.Averages;
import io.momentgan.averaging.merge.SlicedAverage;
import io.momentgan.averaging.merge.SlicedAverage.Contribution;
import io.momentgan.config.AveragingConfig.Wire;
import io.momentgan.network.ParameterLayout;
import io.momentgan.network.state.NetworkState;
import io.momentgan.partition.Stages;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.executor.TaskMetrics;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/**
 * The average of the networks of simulated workers: the product's code, networks of random values,
 * no training. Workers run one after another where there are fewer cores.
 */
final class ScaleBench {
  private final JavaSparkContext spark;
  private final Bytes bytes = new Bytes();

  ScaleBench(JavaSparkContext spark) {
    this.spark = spark;
    spark.sc().addSparkListener(bytes);
  }

  /**
   * What an average cost.
   *
   * @param seconds wall time, the workers' tasks included
   * @param toDriver bytes of all tasks' results
   * @param betweenWorkers bytes that went through the shuffle
   * @param held bytes that the driver's heap has gained while it holds what it was sent
   */
  record Cost(double seconds, long toDriver, long betweenWorkers, long held) {}

  /** Averages on the driver. */
  Cost onDriver(int workers, int values) {
    return cost(
        () -> {
          List<Contribution<Integer>> all = Stages.collect(contributions(workers, values));
          double[] weights = Averages.weights(Collections.nCopies(workers, 1L));
          List<NetworkState> generators = all.stream().map(Contribution::generator).toList();
          NetworkState average = Averages.of(generators, weights, layout(values));
          return List.of(all, average);
        });
  }

  /** Averages by slices. */
  Cost bySlices(int workers, int values) {
    SlicedAverage slices =
        SlicedAverage.of(
            Wire.EXACT, workers, (long) values * Float.BYTES, layout(values), layout(0));
    return cost(() -> slices.average(contributions(workers, values)));
  }

  private Cost cost(Supplier<Object> average) {
    long before = usedHeap();
    bytes.reset();
    long start = System.nanoTime();
    Object held = average.get();
    double seconds = (System.nanoTime() - start) / 1e9;
    try {
      spark.sc().listenerBus().waitUntilEmpty();
      long gained = usedHeap() - before;
      return new Cost(seconds, bytes.toDriver.get(), bytes.shuffled.get(), Math.max(0, gained));
    } catch (Exception e) { // a TimeoutException that Scala does not declare
      throw new IllegalStateException(e);
    } finally {
      Reference.reachabilityFence(held);
    }
  }

  private JavaRDD<Contribution<Integer>> contributions(int workers, int values) {
    List<Integer> ranks = IntStream.range(0, workers).boxed().toList();
    return Stages.mapPartitions(
        spark.parallelize(ranks, workers),
        rank -> List.of(contribution(rank.next(), values)).iterator());
  }

  private static Contribution<Integer> contribution(int rank, int values) {
    SplittableRandom random = new SplittableRandom(rank);
    float[] params = new float[values];
    for (int i = 0; i < values; i++) {
      params[i] = (float) random.nextDouble() - 0.5f;
    }
    NetworkState none = new NetworkState(new float[0], new float[0], 0);
    return new Contribution<>(rank, 1, new NetworkState(params, new float[0], 0), none, rank);
  }

  private static ParameterLayout layout(int values) {
    return new ParameterLayout(values, List.of(), List.of());
  }

  private static long usedHeap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static final class Bytes extends SparkListener {
    private final AtomicLong toDriver = new AtomicLong();
    private final AtomicLong shuffled = new AtomicLong();

    void reset() {
      toDriver.set(0);
      shuffled.set(0);
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd task) {
      TaskMetrics metrics = task.taskMetrics();
      if (metrics == null) {
        return; // a task that failed, and is repeated
      }
      toDriver.addAndGet(metrics.resultSize());
      shuffled.addAndGet(metrics.shuffleReadMetrics().totalBytesRead());
    }
  }
}
