package io.momentgan.training;

import com.codahale.metrics.Gauge;
import com.codahale.metrics.MetricRegistry;
import io.momentgan.network.state.Snapshot;
import io.momentgan.run.RunProgress;
import io.momentgan.run.metrics.RoundLine;
import io.momentgan.run.metrics.WorkerLine;
import io.momentgan.training.listeners.TrainingListener;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToDoubleFunction;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.PluginContext;
import org.apache.spark.api.plugin.SparkPlugin;

/**
 * Shows the newest round in Spark's metrics system on the driver, whatever its sinks: Spark's
 * Prometheus servlet is on by default, at {@code /metrics/prometheus} of the application's page.
 * Spark makes one instance as its plugin, a training another as its listener.
 *
 * <p>Bytes and failed rounds are sums over this process, which begin at 0 when a run is resumed.
 * Figures of a round are NaN before the first.
 */
public final class GaugesListener implements SparkPlugin, TrainingListener {
  /** Number of workers, for the gauges of each. */
  static final String WORKERS = "spark.momentgan.workers";

  /** A process has one application, and that one run at a time; Spark makes the plugin. */
  private static final AtomicReference<Shown> NEWEST = new AtomicReference<>(Shown.NOTHING);

  private record Shown(
      Optional<RoundLine> round,
      List<WorkerLine> workers,
      long bytes,
      long momentBytes,
      long failedRounds) {
    static final Shown NOTHING = new Shown(Optional.empty(), List.of(), 0, 0, 0);

    Shown plus(RoundLine line, List<WorkerLine> workerLines) {
      return new Shown(
          Optional.of(line),
          workerLines,
          bytes + line.cost().bytesOut() + line.cost().bytesIn(),
          momentBytes + line.cost().momentBytesOut() + line.cost().momentBytesIn(),
          failedRounds);
    }

    Shown plusFailure() {
      return new Shown(round, workers, bytes, momentBytes, failedRounds + 1);
    }
  }

  @Override
  public void begin(Snapshot start, RunProgress progress) {
    NEWEST.set(Shown.NOTHING);
  }

  @Override
  public void roundEnded(RoundEnd end) {
    NEWEST.updateAndGet(before -> before.plus(end.line(), end.workers()));
  }

  @Override
  public void roundFailed() {
    NEWEST.updateAndGet(Shown::plusFailure);
  }

  @Override
  public DriverPlugin driverPlugin() {
    return new OnDriver();
  }

  @Override
  public ExecutorPlugin executorPlugin() {
    return null;
  }

  private static final class OnDriver implements DriverPlugin {
    @Override
    public void registerMetrics(String appId, PluginContext context) {
      MetricRegistry registry = context.metricRegistry();
      registerTraining(registry);
      registerCost(registry);
      int workers = context.conf().getInt(WORKERS, 0);
      for (int rank = 0; rank < workers; rank++) {
        ofWorker(registry, rank, "iterations_per_second", w -> w.iterations() / w.seconds());
        ofWorker(registry, rank, "lag_seconds", WorkerLine::lagSeconds);
      }
    }

    private static void registerTraining(MetricRegistry registry) {
      ofRound(registry, "epoch", r -> r.at().epoch());
      ofRound(registry, "rounds", r -> r.at().round());
      ofRound(registry, "iterations", r -> r.at().iteration());
      ofRound(registry, "samples_seen", r -> r.at().samplesSeen());
      ofRound(registry, "d_loss", r -> r.last().dLoss());
      ofRound(registry, "g_loss", r -> r.last().gLoss());
      ofRound(registry, "moment_mean", r -> r.last().momentMean());
      ofRound(registry, "moment_var", r -> r.last().momentVar());
    }

    private static void registerCost(MetricRegistry registry) {
      ofRound(registry, "round_seconds", r -> r.cost().roundSeconds());
      ofRound(registry, "worker_seconds", r -> r.cost().workerSeconds());
      ofRound(registry, "moment_wait_seconds", r -> r.cost().momentWaitSeconds());
      register(registry, "bytes", Shown::bytes);
      register(registry, "moment_bytes", Shown::momentBytes);
      register(registry, "failed_rounds", Shown::failedRounds);
    }

    private static void ofRound(
        MetricRegistry registry, String name, ToDoubleFunction<RoundLine> value) {
      register(registry, name, s -> s.round().map(value::applyAsDouble).orElse(Double.NaN));
    }

    private static void ofWorker(
        MetricRegistry registry, int rank, String name, ToDoubleFunction<WorkerLine> value) {
      register(
          registry,
          "worker%d_%s".formatted(rank, name),
          s -> rank < s.workers().size() ? value.applyAsDouble(s.workers().get(rank)) : Double.NaN);
    }

    private static void register(
        MetricRegistry registry, String name, ToDoubleFunction<Shown> value) {
      Gauge<Double> gauge = () -> value.applyAsDouble(NEWEST.get());
      registry.register(name, gauge);
    }
  }
}
