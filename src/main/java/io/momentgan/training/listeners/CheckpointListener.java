package io.momentgan.training.listeners;

import io.momentgan.config.Experiment.CheckpointConfig;
import io.momentgan.config.Installation;
import io.momentgan.moments.MomentDistance;
import io.momentgan.moments.NoiseFloor;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.state.Snapshot;
import io.momentgan.partition.Round;
import io.momentgan.partition.Schedule;
import io.momentgan.run.Checkpoint;
import io.momentgan.run.Checkpoints;
import io.momentgan.run.Run;
import io.momentgan.run.RunProgress;
import org.nd4j.linalg.api.buffer.DataType;

/** Writes checkpoints when they are due and deletes those that need not be kept. */
public final class CheckpointListener implements TrainingListener {
  private final Run run;
  private final CheckpointConfig config;
  private final Schedule schedule;
  private final NoiseFloor floor;
  private final MetricsListener metrics;
  private final QualityListener quality;
  private GanNetworks networks;
  private long newest;
  private boolean due;

  /** The newest round whose snapshot is whole and in no checkpoint; null if there is none. */
  private RoundEnd unwritten;

  /**
   * Writes checkpoints of a run.
   *
   * @param run the run
   * @param schedule its rounds
   * @param floor of the moment terms
   * @param metrics published before each checkpoint
   * @param quality scores the checkpoints, if it is on
   */
  public CheckpointListener(
      Run run,
      Schedule schedule,
      NoiseFloor floor,
      MetricsListener metrics,
      QualityListener quality) {
    this.run = run;
    this.config = run.record().experiment().checkpoint();
    this.schedule = schedule;
    this.floor = floor;
    this.metrics = metrics;
    this.quality = quality;
  }

  @Override
  public void begin(Snapshot start, RunProgress progress) {
    newest = start.round();
    networks = GanNetworks.build(run.record().experiment(), run.record().shape(), DataType.FLOAT);
    run.checkpoints().dropAfter(start.round());
  }

  /** A snapshot that is not whole cannot be gone on from: the checkpoint waits for one that is. */
  @Override
  public void roundEnded(RoundEnd end) {
    due |= quality.isExhausted() || isDue(end.round());
    if (!end.result().whole()) {
      return;
    }
    unwritten = end;
    if (due) {
      due = false;
      writeNewest();
    }
  }

  /** Writes the newest state that can be gone on from, unless a checkpoint has it. */
  public void writeNewest() {
    if (unwritten == null) {
      return;
    }
    RoundEnd end = unwritten;
    unwritten = null;
    metrics.publish(); // A run that goes on from here needs the lines up to here.
    double score = quality.isOn() ? quality.score() : score(end.progress());
    run.checkpoints()
        .write(Checkpoint.of(end.snapshot(), end.round().epoch(), score, end.next(), networks));
    run.checkpoints().retain(config);
    newest = end.snapshot().round();
  }

  private boolean isDue(Round round) {
    boolean last = round.number() == schedule.rounds() - 1;
    return last
        || (config.every() == 0 ? round.lastOfEpoch() : (round.number() + 1) % config.every() == 0);
  }

  /**
   * Mean moment distance of the epoch so far, each term at least its floor: below it, distances say
   * nothing. NaN where none is measured.
   */
  private double score(RunProgress progress) {
    MomentDistance distance = progress.mean().distance();
    return floor.equals(NoiseFloor.NONE)
        ? Double.NaN
        : Math.max(distance.mean(), floor.mean()) + Math.max(distance.variance(), floor.variance());
  }

  @Override
  public boolean wantsStop() {
    return quality.isExhausted() && !due;
  }

  /** The command that resumes a run. */
  public static String resumption(Run run) {
    return "%s resume %s".formatted(Installation.command(), run.folder());
  }

  /** Says how to continue a run that gave up. */
  public String howToContinue() {
    return lastGood()
        + ": %s %s".formatted(newest == 0 ? "begin again with" : "go on with", resumption(run));
  }

  /** Names the checkpoint that a training that must stop can go back to. */
  public String lastGood() {
    return newest == 0
        ? "there is no checkpoint yet"
        : "the last good checkpoint is that of round %d: %s/%s"
            .formatted(newest, run.folder(), Checkpoints.path(newest));
  }
}
