package io.momentgan.app;

import io.momentgan.averaging.DivergedException;
import io.momentgan.averaging.GanTrainingMaster;
import io.momentgan.averaging.RealMoments;
import io.momentgan.averaging.RoundResult;
import io.momentgan.averaging.RunContext;
import io.momentgan.collective.CollectiveFactory;
import io.momentgan.collective.LocalCollectives;
import io.momentgan.collective.hub.HubCollectives;
import io.momentgan.config.Experiment;
import io.momentgan.config.MomentsConfig;
import io.momentgan.config.TrainConfig;
import io.momentgan.data.DataSet;
import io.momentgan.moments.Moments;
import io.momentgan.moments.NoiseFloor;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.Snapshot;
import io.momentgan.output.RunFolder;
import io.momentgan.partition.Round;
import io.momentgan.partition.Schedule;
import io.momentgan.partition.Shards;
import org.apache.spark.api.java.JavaSparkContext;
import org.nd4j.linalg.api.buffer.DataType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The loop of a training: round after round, each handing its snapshot to the next. */
final class TrainingRun {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingRun.class);

  private final JavaSparkContext spark;
  private final RunRecord record;
  private final DataSet images;
  private final RunFolder folder;
  private final Schedule schedule;
  private final CheckpointFiles.Saved start;

  private TrainingRun(
      JavaSparkContext spark,
      RunRecord record,
      DataSet images,
      RunFolder folder,
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
      JavaSparkContext spark, RunRecord record, DataSet images, RunFolder folder) {
    GanNetworks networks =
        GanNetworks.build(record.experiment(), images.shape().features(), DataType.FLOAT);
    CheckpointFiles.Saved nothing =
        new CheckpointFiles.Saved(networks.initialSnapshot(), RunProgress.none());
    return new TrainingRun(spark, record, images, folder, nothing);
  }

  /** A training from the newest checkpoint that verifies. */
  static TrainingRun resume(
      JavaSparkContext spark, RunRecord record, DataSet images, RunFolder folder) {
    CheckpointFiles checkpoints = Outputs.checkpoints(folder);
    CheckpointFiles.Saved saved = checkpoints.read(checkpoints.newest());
    LOG.info("Resuming {} after round {}", folder.name(), saved.snapshot().round());
    return new TrainingRun(spark, record, images, folder, saved);
  }

  /**
   * Trains to the end.
   *
   * @throws StoppedException when a loss or parameter is not finite
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
    Moments whole = wholeData(shards);
    NoiseFloor floor = RealMoments.floor(shards, experiment, whole);
    RunContext context =
        new RunContext(folder.name(), experiment, images.shape(), collectives(), whole);
    try (GanTrainingMaster master = new GanTrainingMaster(spark, context, shards);
        TrainingEvaluation evaluation =
            TrainingEvaluation.open(spark, folder, record, images, start.snapshot().round());
        Outputs outputs = Outputs.open(folder, record, schedule, floor, start, evaluation)) {
      rounds(master, outputs);
      outputs.finish();
    } finally {
      shards.rdd().unpersist();
    }
  }

  private void rounds(GanTrainingMaster master, Outputs outputs) {
    Snapshot snapshot = start.snapshot();
    boolean goOn = true;
    for (long number = snapshot.round(); goOn && number < schedule.rounds(); number++) {
      Round round = schedule.round(number);
      describe(round);
      RoundResult result = result(master, snapshot, round, outputs);
      snapshot = result.snapshot();
      goOn = outputs.write(round, result);
    }
  }

  private static RoundResult result(
      GanTrainingMaster master, Snapshot snapshot, Round round, Outputs outputs) {
    try {
      return master.round(snapshot, round);
    } catch (DivergedException e) {
      outputs.finish();
      throw new StoppedException(e, outputs.lastGoodCheckpoint());
    }
  }

  /** Whether the newest checkpoint is the end of the training, be it by patience. */
  static boolean isComplete(RunRecord record, DataSet images, RunFolder folder) {
    if (TrainingEvaluation.isExhausted(record.experiment().evaluation(), folder)) {
      return true;
    }
    TrainConfig train = record.experiment().train();
    long rounds = Schedule.of(train, images.training().count()).rounds();
    return Outputs.checkpoints(folder).newest().step() >= rounds;
  }

  private void describe(Round round) {
    spark.setJobDescription(
        "epoch %d/%d, round %d/%d: %d iterations on %d workers"
            .formatted(
                round.epoch(),
                schedule.epochs(),
                round.number() + 1,
                schedule.rounds(),
                round.iterations(),
                record.experiment().train().workers()));
  }

  private CollectiveFactory collectives() {
    return spark.isLocal() ? new LocalCollectives() : new HubCollectives();
  }

  private Moments wholeData(Shards shards) {
    boolean needed = record.experiment().moments().scope() == MomentsConfig.Scope.DATASET;
    return needed ? RealMoments.whole(shards) : Moments.empty(images.shape().features());
  }

  private long seed() {
    return record.experiment().train().seed();
  }
}
