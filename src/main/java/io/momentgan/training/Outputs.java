package io.momentgan.training;

import io.momentgan.averaging.RoundResult;
import io.momentgan.config.Experiment;
import io.momentgan.data.ImageShape;
import io.momentgan.evaluation.Alarms;
import io.momentgan.moments.MomentDistance;
import io.momentgan.moments.NoiseFloor;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.state.NetworkState;
import io.momentgan.network.state.Snapshot;
import io.momentgan.partition.Round;
import io.momentgan.partition.Schedule;
import io.momentgan.report.ImageGrid;
import io.momentgan.report.RunReport;
import io.momentgan.run.CheckpointFiles;
import io.momentgan.run.CheckpointInfo;
import io.momentgan.run.Checkpoints;
import io.momentgan.run.MetricsLog;
import io.momentgan.run.NpyArray;
import io.momentgan.run.RoundLine;
import io.momentgan.run.RunProgress;
import io.momentgan.run.RunRecord;
import io.momentgan.run.WorkerLine;
import io.momentgan.sampling.Sampler;
import io.momentgan.storage.Folder;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a training leaves behind, round by round: metrics, samples, checkpoints, the report. */
public final class Outputs implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Outputs.class);

  /** Images below this height are shown enlarged. */
  private static final int SMALL_PIXELS = 64;

  private final Folder folder;
  private final Experiment experiment;
  private final Schedule schedule;
  private final NoiseFloor floor;
  private final ImageShape shape;
  private final Checkpoints checkpoints;
  private final MetricsLog rounds;
  private final MetricsLog workers;
  private final MetricsLog epochs;
  private final Progress progressBar;
  private final Sampler sampler;
  private final GanNetworks networks;
  private final Alarms alarms;
  private final TrainingEvaluation evaluation;
  private final IterationSheets sheets;
  private RunProgress progress;
  private long newestCheckpoint;
  private long roundsWritten;
  private boolean checkpointDue;

  private Outputs(
      Folder folder,
      RunRecord record,
      Schedule schedule,
      NoiseFloor floor,
      CheckpointFiles.Saved start,
      TrainingEvaluation evaluation) {
    this.folder = folder;
    this.experiment = record.experiment();
    this.schedule = schedule;
    this.floor = floor;
    this.shape = record.shape();
    this.checkpoints = new Checkpoints(folder);
    this.rounds = MetricsLog.reopen(folder, MetricsLog.Table.ROUNDS, start.snapshot().round());
    this.workers = MetricsLog.reopen(folder, MetricsLog.Table.WORKERS, start.snapshot().round());
    this.epochs = MetricsLog.reopen(folder, MetricsLog.Table.EPOCHS, start.snapshot().round());
    this.progressBar =
        Progress.start(
            folder.name(), schedule.iterations(), schedule.epochs(), start.snapshot().iteration());
    this.sampler = new Sampler(experiment, shape);
    this.networks = GanNetworks.build(experiment, shape, DataType.FLOAT);
    this.alarms = new Alarms(experiment.loss());
    this.progress = start.progress();
    this.evaluation = evaluation;
    this.sheets = IterationSheets.open(folder, record, schedule, start.snapshot().round());
    this.newestCheckpoint = start.snapshot().round();
    this.roundsWritten = start.snapshot().round();
    TrainingGauges.reset();
    progress.epochs().forEach(alarms::next);
    checkpoints.dropAfter(start.snapshot().round());
  }

  /**
   * Opens a run's outputs where a training begins or goes on.
   *
   * @param folder the run's folder
   * @param record its record
   * @param schedule its rounds
   * @param floor noise floor of its moments
   * @param start where the training begins
   * @param evaluation its measures of quality
   */
  static Outputs open(
      Folder folder,
      RunRecord record,
      Schedule schedule,
      NoiseFloor floor,
      CheckpointFiles.Saved start,
      TrainingEvaluation evaluation) {
    return new Outputs(folder, record, schedule, floor, start, evaluation);
  }

  /** A run's checkpoints. */
  public static CheckpointFiles checkpoints(Folder folder) {
    return new CheckpointFiles(new Checkpoints(folder));
  }

  /** A grid in which small images are enlarged. */
  public static ImageGrid grid(ImageShape shape, int columns) {
    return ImageGrid.of(shape, columns).withScale(shape.height() < SMALL_PIXELS ? 2 : 1);
  }

  /**
   * Writes what a round brought, unless it is one that was made again.
   *
   * @return whether the training shall go on
   */
  boolean write(Round round, RoundResult result) {
    if (round.number() < roundsWritten) {
      return true;
    }
    roundsWritten++;
    progress = progress.plus(result, round.iterations());
    RoundLine line = Lines.round(round, result, progress, floor);
    List<WorkerLine> workerLines = Lines.workers(round, result);
    rounds.append(line);
    workerLines.forEach(workers::append);
    TrainingGauges.show(line, workerLines);
    progressBar.update(Lines.state(round, result, floor));
    sheets.after(round, result.snapshot());
    double score = score();
    if (round.lastOfEpoch()) {
      endEpoch(round, result);
    }
    if (evaluation.isOn()) {
      score = evaluation.after(round, result.snapshot());
    }
    boolean exhausted = round.lastOfEpoch() && evaluation.isExhausted();
    checkpointDue |= exhausted || isCheckpointDue(round);
    if (checkpointDue && result.whole()) {
      checkpoint(round, result.snapshot(), score);
      checkpointDue = false;
    }
    return !exhausted || checkpointDue;
  }

  /** Makes all lines of the metrics visible. */
  void publish() {
    rounds.publish();
    workers.publish();
  }

  /** Writes the figures and the page. */
  void finish() {
    publish();
    RunReport.write(folder);
  }

  @Override
  public void close() {
    rounds.close();
    workers.close();
    epochs.close();
    sheets.close();
    progressBar.close();
    LOG.debug("Newest checkpoint of {}: round {}", folder.name(), newestCheckpoint);
  }

  /** What can be done with a run that has given up. */
  String wayOn() {
    return lastGoodCheckpoint()
        + (newestCheckpoint == 0 ? ": start a new run with train" : ": resume goes on from there");
  }

  /** What a training that must stop can go back to. */
  String lastGoodCheckpoint() {
    return newestCheckpoint == 0
        ? "there is no checkpoint yet"
        : "the last good checkpoint is that of round %d: %s/%s"
            .formatted(newestCheckpoint, folder, Checkpoints.path(newestCheckpoint));
  }

  private void endEpoch(Round round, RoundResult result) {
    List<String> raised = alarms.next(progress.epoch());
    raised.forEach(alarm -> LOG.warn("Epoch {}: {}", round.epoch(), alarm));
    epochs.append(Lines.epoch(round, result, progress, floor, raised));
    publish();
    samples(round.epoch(), result.snapshot());
    progress = progress.nextEpoch();
  }

  private void samples(int epoch, Snapshot snapshot) {
    NetworkState generator = snapshot.generator();
    folder.publish(RunReport.samplesPath(epoch, "png"), fixedGrid(generator));
    snapshot
        .emaGenerator()
        .ifPresent(ema -> folder.publish(RunReport.samplesPath(epoch, "ema.png"), fixedGrid(ema)));
    NpyArray stored =
        NpyArray.ofRows(
            sampler.stored(generator, epoch), shape.channels(), shape.height(), shape.width());
    folder.publish(RunReport.samplesPath(epoch, "npy"), stored.bytes());
  }

  private byte[] fixedGrid(NetworkState generator) {
    float[][] fixed = sampler.grid(generator);
    return grid(shape, sampler.columns(fixed.length)).png(fixed);
  }

  private boolean isCheckpointDue(Round round) {
    int every = experiment.checkpoint().every();
    boolean last = round.number() == schedule.rounds() - 1;
    return last || (every == 0 ? round.lastOfEpoch() : (round.number() + 1) % every == 0);
  }

  private void checkpoint(Round round, Snapshot snapshot, double score) {
    publish();
    CheckpointInfo info =
        new CheckpointInfo(snapshot.round(), round.epoch(), snapshot.iteration(), score);
    checkpoints(folder).write(info, snapshot, networks, progress);
    checkpoints.retain(experiment.checkpoint());
    newestCheckpoint = snapshot.round();
  }

  /**
   * Mean moment distance of the epoch so far, no term of it below its floor: smaller is better, and
   * what lies at the floor cannot be told apart. NaN where none is measured.
   */
  private double score() {
    MomentDistance distance = progress.mean().distance();
    return floor.equals(NoiseFloor.NONE)
        ? Double.NaN
        : Math.max(distance.mean(), floor.mean()) + Math.max(distance.variance(), floor.variance());
  }
}
