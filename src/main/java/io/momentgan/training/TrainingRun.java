package io.momentgan.training;

import io.momentgan.averaging.DivergedException;
import io.momentgan.averaging.GanTrainingMaster;
import io.momentgan.averaging.RealMoments;
import io.momentgan.averaging.RoundFailedException;
import io.momentgan.averaging.RoundResult;
import io.momentgan.averaging.RunContext;
import io.momentgan.collective.CollectiveFactory;
import io.momentgan.collective.LocalCollectives;
import io.momentgan.collective.hub.HubCollectives;
import io.momentgan.config.Experiment;
import io.momentgan.config.TrainConfig;
import io.momentgan.data.DataSet;
import io.momentgan.moments.NoiseFloor;
import io.momentgan.moments.RealSide;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.state.Snapshot;
import io.momentgan.partition.Round;
import io.momentgan.partition.Schedule;
import io.momentgan.partition.Shards;
import io.momentgan.run.CheckpointFiles;
import io.momentgan.run.RunProgress;
import io.momentgan.run.RunRecord;
import io.momentgan.storage.Folder;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.nd4j.linalg.api.buffer.DataType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The loop of a training: round after round, each handing its snapshot to the next. */
public final class TrainingRun {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingRun.class);

  private final JavaSparkContext spark;
  private final RunRecord record;
  private final DataSet images;
  private final Folder folder;
  private final Schedule schedule;
  private final CheckpointFiles.Saved start;

  private TrainingRun(
      JavaSparkContext spark,
      RunRecord record,
      DataSet images,
      Folder folder,
      CheckpointFiles.Saved start) {
    this.spark = spark;
    this.record = record;
    this.images = images;
    this.folder = folder;
    this.schedule = Schedule.of(record.experiment().train(), images.training().count());
    this.start = start;
  }

  /** A training from initial weights. */
  static TrainingRun start(
      JavaSparkContext spark, RunRecord record, DataSet images, Folder folder) {
    GanNetworks networks = GanNetworks.build(record.experiment(), images.shape(), DataType.FLOAT);
    CheckpointFiles.Saved nothing =
        new CheckpointFiles.Saved(networks.initialSnapshot(), RunProgress.none());
    return new TrainingRun(spark, record, images, folder, nothing);
  }

  /** A training from the newest checkpoint that verifies. */
  static TrainingRun resume(
      JavaSparkContext spark, RunRecord record, DataSet images, Folder folder) {
    CheckpointFiles checkpoints = Outputs.checkpoints(folder);
    CheckpointFiles.Saved saved = checkpoints.read(checkpoints.newest());
    LOG.info("Resuming {} after round {}", folder.name(), saved.snapshot().round());
    return new TrainingRun(spark, record, images, folder, saved);
  }

  /**
   * Trains to the end.
   *
   * @throws StoppedException when a loss or parameter is not finite
   * @throws RunFailedException when too many rounds failed
   */
  void run() {
    Experiment experiment = record.experiment();
    spark.setJobDescription("load %d shards".formatted(experiment.train().workers()));
    Shards shards =
        Shards.load(
            spark,
            images.training(),
            experiment.train().workers(),
            seed(),
            experiment.generator().output().black());
    spark.setJobDescription("devices of the workers");
    StartReport.write(shards, experiment.device(), folder);
    LabelsCheck.requireClasses(experiment.labels(), shards);
    spark.setJobDescription("moments of the real images");
    RealSide real = RealMoments.side(shards, experiment);
    NoiseFloor floor = RealMoments.floor(shards, experiment, real);
    RunContext context =
        new RunContext(folder.name(), experiment, images.shape(), collectives(spark), real);
    try (GanTrainingMaster master = new GanTrainingMaster(spark, context, shards);
        RoundDeadline deadline =
            new RoundDeadline(spark, folder.name(), experiment.failures().roundSeconds());
        TrainingEvaluation evaluation =
            TrainingEvaluation.open(spark, folder, record, images, start.snapshot().round());
        Outputs outputs = Outputs.open(folder, record, schedule, floor, start, evaluation)) {
      rounds(master, deadline, outputs);
      outputs.finish();
    } finally {
      shards.rdd().unpersist();
    }
  }

  /** A round that failed is tried again from the newest snapshot that is whole. */
  private void rounds(GanTrainingMaster master, RoundDeadline deadline, Outputs outputs) {
    FailedRounds failures = new FailedRounds(record.experiment().failures());
    Snapshot whole = start.snapshot();
    Snapshot snapshot = whole;
    boolean goOn = true;
    while (goOn && snapshot.round() < schedule.rounds()) {
      Round round = schedule.round(snapshot.round());
      Optional<RoundResult> result = attempt(master, snapshot, round, deadline, outputs, failures);
      if (result.isPresent()) {
        snapshot = result.get().snapshot();
        whole = result.get().whole() ? snapshot : whole;
        goOn = outputs.write(round, result.get());
      } else {
        snapshot = whole;
      }
    }
  }

  private Optional<RoundResult> attempt(
      GanTrainingMaster master,
      Snapshot snapshot,
      Round round,
      RoundDeadline deadline,
      Outputs outputs,
      FailedRounds failures) {
    spark.setJobGroup(folder.name(), description(round), true);
    try {
      return Optional.of(deadline.within(() -> master.round(snapshot, round)));
    } catch (DivergedException e) {
      outputs.finish();
      throw new StoppedException(e, outputs.lastGoodCheckpoint());
    } catch (RoundFailedException e) {
      outputs.publish();
      if (spark.sc().isStopped()) {
        throw new RunFailedException(
            "The application was stopped within %s; %s"
                .formatted(description(round), outputs.wayOn()),
            e);
      }
      TrainingGauges.countFailure();
      String reason = deadline.reason(round.number() + 1, e.getMessage());
      failures.add(round.number(), reason, e, outputs.wayOn());
      LOG.warn("{}; it is tried again from the snapshot", reason);
      LOG.debug("Its cause", e);
      return Optional.empty();
    }
  }

  /** Whether the newest checkpoint is the end of the training, be it by patience. */
  public static boolean isComplete(RunRecord record, DataSet images, Folder folder) {
    if (TrainingEvaluation.isExhausted(record.experiment().evaluation(), folder)) {
      return true;
    }
    TrainConfig train = record.experiment().train();
    long rounds = Schedule.of(train, images.training().count()).rounds();
    return Outputs.checkpoints(folder).newest().step() >= rounds;
  }

  private String description(Round round) {
    return "epoch %d/%d, round %d/%d: %d iterations on %d workers"
        .formatted(
            round.epoch(),
            schedule.epochs(),
            round.number() + 1,
            schedule.rounds(),
            round.iterations(),
            record.experiment().train().workers());
  }

  /** How the workers of an application find each other. */
  public static CollectiveFactory collectives(JavaSparkContext spark) {
    return spark.isLocal() ? new LocalCollectives() : new HubCollectives();
  }

  private long seed() {
    return record.experiment().train().seed();
  }
}
