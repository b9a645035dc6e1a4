package io.momentgan.training.listeners;

import io.momentgan.evaluation.Alarms;
import io.momentgan.moments.NoiseFloor;
import io.momentgan.network.state.Snapshot;
import io.momentgan.run.Run;
import io.momentgan.run.RunProgress;
import io.momentgan.run.metrics.EpochLine;
import io.momentgan.run.metrics.Jsonl;
import io.momentgan.run.metrics.MetricsTable;
import io.momentgan.run.metrics.RoundLine;
import io.momentgan.run.metrics.WorkerLine;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Records each round, each worker of it and each epoch; raises alarms at the end of epochs. */
public final class MetricsListener implements TrainingListener {
  private static final Logger LOG = LoggerFactory.getLogger(MetricsListener.class);

  private final Run run;
  private final NoiseFloor floor;
  private final Alarms alarms;
  private final Consumer<EpochLine> hearer;
  private Jsonl<RoundLine> rounds;
  private Jsonl<WorkerLine> workers;
  private Jsonl<EpochLine> epochs;

  /**
   * Records a run.
   *
   * @param run the run
   * @param floor of the moment terms
   * @param realVariance variance term of a generator whose images are all alike
   * @param hearer of each epoch's line, once it is written
   */
  public MetricsListener(
      Run run, NoiseFloor floor, double realVariance, Consumer<EpochLine> hearer) {
    this.hearer = hearer;
    this.run = run;
    this.floor = floor;
    this.alarms =
        new Alarms(
            run.record().experiment().loss(), run.record().experiment().moments(), realVariance);
  }

  @Override
  public void begin(Snapshot start, RunProgress progress) {
    long seed = run.record().experiment().train().seed();
    rounds = Jsonl.reopen(run.folder(), MetricsTable.ROUNDS, seed, start.round());
    workers = Jsonl.reopen(run.folder(), MetricsTable.WORKERS, seed, start.round());
    epochs = Jsonl.reopen(run.folder(), MetricsTable.EPOCHS, seed, start.round());
    progress.epochs().forEach(alarms::next);
  }

  @Override
  public void roundEnded(RoundEnd end) {
    rounds.append(end.line());
    end.workers().forEach(workers::append);
    if (end.round().lastOfEpoch()) {
      List<String> raised = alarms.next(end.progress().epoch());
      raised.forEach(alarm -> LOG.warn("Epoch {}: {}", end.round().epoch(), alarm));
      EpochLine line =
          EpochLine.of(end.round().epoch(), end.result(), end.progress(), floor, raised);
      epochs.append(line);
      publish();
      hearer.accept(line);
    }
  }

  @Override
  public void roundFailed() {
    publish();
  }

  @Override
  public void publish() {
    rounds.publish();
    workers.publish();
  }

  @Override
  public void close() {
    if (rounds != null) {
      rounds.close();
      workers.close();
      epochs.close();
    }
  }
}
