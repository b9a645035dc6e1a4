package io.momentgan.preset;

import io.momentgan.collective.Collective;
import io.momentgan.collective.LocalCollectives;
import io.momentgan.config.Experiment;
import io.momentgan.config.Experiment.DeviceConfig;
import io.momentgan.data.ImageShape;
import io.momentgan.engine.Engine;
import io.momentgan.engine.TrainedPair;
import io.momentgan.moments.RealSide;
import io.momentgan.network.state.ReplayBuffer;
import io.momentgan.step.Batch;
import io.momentgan.step.GanStep;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * An estimate of a training's time, from iterations on this machine by one worker with random
 * networks and black images.
 *
 * @param iterations of each worker in the training
 * @param secondsPerIteration fastest of the measured iterations, after as many to warm up
 * @param measured number of measured iterations
 */
public record TimeEstimate(long iterations, double secondsPerIteration, int measured) {
  /** Time that a measurement takes, longer until it has the fewest iterations. */
  public static final long BUDGET_NANOS = 3_000_000_000L;

  private static final long MOST_NANOS = 20_000_000_000L;
  private static final int FEWEST = 10;

  /**
   * Measures iterations.
   *
   * @param experiment the settings, workers known
   * @param shape shape of an image
   * @param iterations of each worker in the training
   * @param nanos for how long it goes on
   */
  public static TimeEstimate measure(
      Experiment experiment, ImageShape shape, long iterations, long nanos) {
    Experiment unlabelled =
        experiment.with(
            "labels.classes=0",
            "moments.scope=none",
            "moments.mean-weight=0",
            "moments.variance-weight=0");
    Engine engine = Engine.of(experiment.engine());
    boolean gpu = engine.gpus() > 0 && experiment.device().use() != DeviceConfig.Use.CPU;
    TrainedPair networks = engine.open(unlabelled, shape, engine.bind(gpu ? 0 : -1));
    int count = experiment.train().batchSize();
    Batch batch = new Batch(networks.rows(new float[count * shape.features()], count), new int[0]);
    List<Long> times = new ArrayList<>();
    try (Collective alone = LocalCollectives.alone()) {
      GanStep step =
          new GanStep(
              unlabelled,
              networks,
              alone,
              RealSide.UNKNOWN,
              false,
              Optional.empty(),
              new float[0],
              ReplayBuffer.EMPTY);
      long start = System.nanoTime();
      while (goesOn(times.size(), System.nanoTime() - start, nanos)) {
        long began = System.nanoTime();
        step.iterate(batch, times.size());
        times.add(System.nanoTime() - began);
      }
    }
    // The JVM's compiler is at work in the first half and disturbs the second.
    List<Long> late = times.subList(times.size() / 2, times.size());
    return new TimeEstimate(iterations, Collections.min(late) / 1e9, late.size());
  }

  private static boolean goesOn(int made, long elapsed, long nanos) {
    return made < 2 || (made < FEWEST ? elapsed < MOST_NANOS : elapsed < nanos);
  }

  /** The whole training in words. */
  public String text() {
    double minutes = iterations * secondsPerIteration / 60;
    return String.format(
        Locale.ROOT,
        "Time: about %s (%,d iterations of %.3f s, the fastest of %d measured here by one worker alone;"
            + " workers side by side and samples take longer)",
        minutes < 90
            ? "%.0f minutes".formatted(Math.max(1, minutes))
            : String.format(Locale.ROOT, "%.1f hours", minutes / 60),
        iterations,
        secondsPerIteration,
        measured);
  }
}
