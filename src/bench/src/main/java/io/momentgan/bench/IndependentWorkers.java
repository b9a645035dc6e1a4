package io.momentgan.bench;

import io.momentgan.config.Experiment;
import io.momentgan.data.ImageShape;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * Workers that exchange and average nothing, each on its own thread: the machine's own gain by
 * several workers, whose cores share caches, memory and power.
 */
final class IndependentWorkers implements AutoCloseable {
  private final List<StepBench> workers;
  private final ExecutorService threads;

  /**
   * Prepares the workers.
   *
   * @param experiment the settings of each
   * @param shape shape of an image
   * @param count how many
   */
  IndependentWorkers(Experiment experiment, ImageShape shape, int count) {
    this.workers =
        IntStream.range(0, count).mapToObj(i -> new StepBench(experiment, shape)).toList();
    this.threads = Executors.newFixedThreadPool(count);
  }

  /**
   * Images per second of all workers, divided by the first worker's when it is alone.
   *
   * @param iterations of each worker, both alone and together
   */
  double gain(int iterations) {
    double together = seconds(iterations, workers.size());
    return workers.size() * seconds(iterations, 1) / together;
  }

  private double seconds(int iterations, int count) {
    long start = System.nanoTime();
    List<Future<?>> running = new ArrayList<>();
    for (StepBench worker : workers.subList(0, count)) {
      running.add(threads.submit(() -> worker.run(iterations)));
    }
    try {
      for (Future<?> worker : running) {
        worker.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
    return (System.nanoTime() - start) / 1e9;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
