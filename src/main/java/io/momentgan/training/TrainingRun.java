package io.momentgan.training;

import io.momentgan.averaging.DivergedException;
import io.momentgan.averaging.GanTrainingMaster;
import io.momentgan.averaging.GanTrainingMaster.RunContext;
import io.momentgan.averaging.RoundResult;
import io.momentgan.collective.CollectiveFactory;
import io.momentgan.collective.LocalCollectives;
import io.momentgan.collective.hub.HubCollectives;
import io.momentgan.config.Experiment;
import io.momentgan.config.UserException;
import io.momentgan.data.DataSet;
import io.momentgan.device.StopRequests;
import io.momentgan.moments.NoiseFloor;
import io.momentgan.moments.RealSide;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.state.Snapshot;
import io.momentgan.partition.LabelledImages;
import io.momentgan.partition.RealMoments;
import io.momentgan.partition.Round;
import io.momentgan.partition.Schedule;
import io.momentgan.partition.Shards;
import io.momentgan.partition.WorkerHistory;
import io.momentgan.run.Checkpoint;
import io.momentgan.run.Json;
import io.momentgan.run.Run;
import io.momentgan.run.RunProgress;
import io.momentgan.run.RunRecord;
import io.momentgan.run.StartNetworks;
import io.momentgan.run.metrics.EpochLine;
import io.momentgan.run.metrics.RoundLine;
import io.momentgan.run.metrics.WorkerLine;
import io.momentgan.sampling.Initialisation;
import io.momentgan.storage.Folder;
import io.momentgan.storage.Lease;
import io.momentgan.tracking.MlflowServer;
import io.momentgan.training.listeners.CheckpointListener;
import io.momentgan.training.listeners.ClassificationListener;
import io.momentgan.training.listeners.MetricsListener;
import io.momentgan.training.listeners.MlflowListener;
import io.momentgan.training.listeners.ProgressListener;
import io.momentgan.training.listeners.QualityListener;
import io.momentgan.training.listeners.ReportListener;
import io.momentgan.training.listeners.SamplesListener;
import io.momentgan.training.listeners.TensorBoardListener;
import io.momentgan.training.listeners.TrainingListener;
import io.momentgan.training.listeners.TrainingListener.RoundEnd;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaSparkContext;
import org.nd4j.linalg.api.buffer.DataType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A training: round after round, each handing its snapshot to the next. */
public final class TrainingRun {
  private static final Logger LOG = LoggerFactory.getLogger(TrainingRun.class);

  private final JavaSparkContext spark;
  private final Run run;
  private final Experiment experiment;
  private final DataSet images;
  private final Schedule schedule;
  private final StopRequests stop;
  private final Consumer<EpochLine> epochs;

  TrainingRun(
      JavaSparkContext spark,
      Run run,
      DataSet images,
      StopRequests stop,
      Consumer<EpochLine> epochs) {
    this.epochs = epochs;
    this.stop = stop;
    this.spark = spark;
    this.run = run;
    this.experiment = run.record().experiment();
    this.images = images;
    this.schedule = schedule(run, images);
  }

  private static Schedule schedule(Run run, DataSet images) {
    return Schedule.of(
        run.record().experiment().train(), images.training().count(), run.record().workers());
  }

  /**
   * Trains a new run to its end.
   *
   * @param experiment the settings, workers known
   * @param images the data
   * @param out folder that gets the run's folder
   * @param hadoop settings for Hadoop's file systems
   * @return the run
   * @throws TrainingStoppedException when it diverges or too many rounds fail
   */
  public static Run begin(
      Experiment experiment, DataSet images, String out, Map<String, String> hadoop) {
    Run run = Run.create(out, RunRecord.of(experiment, images, Instant.now()), hadoop);
    goOn(run, images, Optional.empty(), line -> {});
    return run;
  }

  /**
   * Trains a run to its end.
   *
   * @param run the run
   * @param images its data
   * @param checkpoint where it goes on; empty to train from initial weights
   * @param epochs hears of each epoch that ends
   * @throws TrainingStoppedException when it diverges or too many rounds fail
   * @throws io.momentgan.config.UserException when another process trains it
   */
  public static void goOn(
      Run run, DataSet images, Optional<Checkpoint> checkpoint, Consumer<EpochLine> epochs) {
    try (Lease lease = Lease.take(run.folder())) {
      goOn(run.under(lease), images, checkpoint, lease, epochs);
    }
  }

  /**
   * Trains a run whose lease is held to its end.
   *
   * @param run the run, under its lease
   * @param images its data
   * @param checkpoint where it goes on; empty to train from initial weights
   * @param lease of its folder
   * @param epochs hears of each epoch that ends
   * @throws TrainingStoppedException when it diverges or too many rounds fail
   */
  public static void goOn(
      Run run,
      DataSet images,
      Optional<Checkpoint> checkpoint,
      Lease lease,
      Consumer<EpochLine> epochs) {
    lease.requireHeld();
    run.folder().deleteLeftovers();
    if (checkpoint.isEmpty()) {
      publishRejected(images, run.folder());
    }
    try (StopRequests stop = StopRequests.begin(CheckpointListener.resumption(run));
        JavaSparkContext spark =
            SparkContexts.open(run.folder().name(), run.record().experiment())) {
      goOn(spark, run, images, checkpoint, stop, epochs);
    }
  }

  /** Goes on with the workers of the settings, and with fewer where some are lost for good. */
  private static void goOn(
      JavaSparkContext spark,
      Run run,
      DataSet images,
      Optional<Checkpoint> checkpoint,
      StopRequests stop,
      Consumer<EpochLine> epochs) {
    long made = checkpoint.map(each -> each.manifest().step()).orElse(0L);
    Run going = run.goingOn(made);
    going.record().warnOfOtherWorkers(made);
    going.folder().publish(RunRecord.FILE, going.record().toYaml());
    try {
      new TrainingRun(spark, going, images, stop, epochs).trainOrStop(checkpoint);
    } catch (LostWorkersException e) {
      LOG.warn("{}; the training goes on with those (failures.least-workers)", e.getMessage());
      Run fewer = run.with(RunRecord.read(run.folder()).with(List.of("train.workers=" + e.left())));
      goOn(spark, fewer, images, going.checkpoints().newest(), stop, epochs);
    }
  }

  private void trainOrStop(Optional<Checkpoint> checkpoint) {
    try {
      train(checkpoint);
    } catch (UserException e) {
      if (stop.received().isPresent()) {
        // What a signal asked for cannot be written: it still ends more than this training.
        throw TrainingStoppedException.stopped(stop.received().get(), e.getMessage(), e);
      }
      throw e;
    }
  }

  private static void publishRejected(DataSet images, Folder folder) {
    if (!images.rejected().isEmpty()) {
      folder.publish("rejected.jsonl", Json.lines(images.rejected()));
    }
  }

  /**
   * Whether a run needs no more training.
   *
   * @param run the run
   * @param images its data
   * @param newest its newest checkpoint
   */
  public static boolean isComplete(Run run, DataSet images, Checkpoint newest) {
    return QualityListener.isExhausted(run)
        || newest.manifest().step()
            >= schedule(run.goingOn(newest.manifest().step()), images).rounds();
  }

  /** Whether a run stopped early because evaluation.patience ended. */
  public static boolean isExhausted(Run run) {
    return QualityListener.isExhausted(run);
  }

  void train(Optional<Checkpoint> checkpoint) {
    spark.setJobDescription("load %d shards".formatted(experiment.train().workers()));
    Shards shards =
        Shards.load(
            spark,
            images.training(),
            experiment.train().workers(),
            experiment.train().seed(),
            experiment.generator().output().black());
    try {
      spark.setJobDescription("devices of the workers");
      StartReport.write(shards, run, checkpoint);
      Preflight.requireClasses(experiment.labels(), shards);
      spark.setJobDescription("moments of the real images");
      RealSide real = RealMoments.side(shards, experiment);
      NoiseFloor floor = RealMoments.floor(shards, experiment, real);
      double realVariance = RealMoments.variance(shards, experiment, real);
      LabelledImages labelled = LabelledImages.choose(shards, experiment.labels(), images.shape());
      RunContext context =
          new RunContext(name(), experiment, images.shape(), collectives(spark), real, labelled);
      train(shards, context, floor, realVariance, checkpoint);
    } finally {
      shards.release();
    }
  }

  /** Workers keep state by this name, which tells other workers of the run apart. */
  private String name() {
    String name = run.folder().name();
    WorkerHistory workers = run.record().workers();
    return workers.hasChanged() ? "%s (workers: %s)".formatted(name, workers) : name;
  }

  private void train(
      Shards shards,
      RunContext context,
      NoiseFloor floor,
      double realVariance,
      Optional<Checkpoint> checkpoint) {
    try (GanTrainingMaster master = GanTrainingMaster.open(spark, context, shards);
        MetricsListener metrics = new MetricsListener(run, floor, realVariance, epochs);
        ProgressListener bar = new ProgressListener(run.folder().name(), schedule, floor, spark);
        SamplesListener samples = new SamplesListener(run, schedule);
        QualityListener quality =
            new QualityListener(spark, run, images, SparkContexts.hadoopSettings(experiment.s3()));
        ClassificationListener errors = new ClassificationListener(spark, run, images);
        CheckpointListener checkpoints =
            new CheckpointListener(run, schedule, floor, metrics, quality);
        MlflowListener mlflow = new MlflowListener(run, mlflow(), stop);
        RoundAttempts attempts = new RoundAttempts(spark, run, schedule, checkpoints, stop)) {
      List<TrainingListener> listeners =
          List.of(
              metrics,
              new GaugesListener(),
              bar,
              samples,
              quality,
              errors,
              checkpoints,
              new TensorBoardListener(run),
              mlflow,
              new ReportListener(run));
      Snapshot start = checkpoint.map(this::snapshot).orElseGet(() -> initialSnapshot(shards));
      RunProgress progress = checkpoint.map(Checkpoint::progress).orElseGet(RunProgress::none);
      listeners.forEach(listener -> listener.begin(start, progress));
      boolean finished;
      try {
        finished = rounds(master, attempts, listeners, floor, start, progress);
      } catch (DivergedException e) {
        listeners.forEach(TrainingListener::publish);
        throw TrainingStoppedException.diverged(e, checkpoints.lastGood());
      } catch (LostWorkersException e) {
        checkpoints.writeNewest();
        listeners.forEach(TrainingListener::publish);
        throw canGoOn(e) ? e : stopped(e, checkpoints);
      }
      if (!finished) {
        checkpoints.writeNewest();
      }
      listeners.forEach(TrainingListener::publish);
      if (!finished) {
        throw stopped(checkpoints);
      }
      listeners.forEach(TrainingListener::finished);
    }
  }

  private Snapshot snapshot(Checkpoint checkpoint) {
    return checkpoint
        .snapshot()
        .forWorkers(experiment.train().workers(), experiment.discriminatorInput().replayCapacity());
  }

  private boolean canGoOn(LostWorkersException loss) {
    int least = experiment.failures().leastWorkers();
    return least > 0 && loss.left() >= least;
  }

  private static TrainingStoppedException stopped(
      LostWorkersException loss, CheckpointListener checkpoints) {
    String fewer =
        loss.left() == 0 ? "" : ", or resume with --set train.workers=%d".formatted(loss.left());
    return TrainingStoppedException.failed(
        "%s; give the cluster executors%s (failures.least-workers goes on with fewer by itself); %s"
            .formatted(loss.getMessage(), fewer, checkpoints.howToContinue()),
        loss);
  }

  private Optional<MlflowServer> mlflow() {
    return MlflowServer.of(experiment.tracking(), System.getenv());
  }

  private TrainingStoppedException stopped(CheckpointListener checkpoints) {
    StopRequests.Signal signal = stop.received().orElseThrow();
    return TrainingStoppedException.stopped(
        signal, "Stopped by %s; %s".formatted(signal, checkpoints.howToContinue()), null);
  }

  /**
   * The algorithm: average the workers' networks, round after round. A failed round is retried from
   * the newest snapshot that is whole, which may lie some rounds back.
   *
   * @return whether the training is over; otherwise a signal has ended it where it can be resumed
   */
  private boolean rounds(
      GanTrainingMaster master,
      RoundAttempts attempts,
      List<TrainingListener> listeners,
      NoiseFloor floor,
      Snapshot start,
      RunProgress begun) {
    Snapshot snapshot = start;
    Snapshot whole = start;
    RunProgress progress = begun;
    long told = start.round();
    boolean over = false;
    while (!over && snapshot.round() < schedule.rounds()) {
      if (stop.received().isPresent() && snapshot.round() == whole.round()) {
        return false;
      }
      Snapshot from = snapshot;
      Round round = schedule.round(from.round());
      Optional<RoundResult> result = attempts.make(round, () -> master.round(from, round));
      if (result.isEmpty()) {
        listeners.forEach(TrainingListener::roundFailed);
        snapshot = whole;
        continue;
      }
      snapshot = result.get().snapshot();
      whole = result.get().whole() ? snapshot : whole;
      if (round.number() == told) {
        told++;
        RoundEnd end = end(round, result.get(), progress, floor);
        listeners.forEach(listener -> listener.roundEnded(end));
        over = listeners.stream().anyMatch(TrainingListener::wantsStop);
        progress = end.next();
      }
    }
    return true;
  }

  private static RoundEnd end(
      Round round, RoundResult result, RunProgress before, NoiseFloor floor) {
    RunProgress progress = before.plus(result, round.iterations());
    return new RoundEnd(
        round,
        result,
        progress,
        RoundLine.of(round.epoch(), result, progress, floor),
        WorkerLine.of(round.epoch(), result));
  }

  private Snapshot initialSnapshot(Shards shards) {
    if (experiment.start().on()) {
      return StartNetworks.open(experiment.start(), SparkContexts.hadoopSettings(experiment.s3()))
          .snapshot(experiment, images.shape());
    }
    GanNetworks networks = GanNetworks.build(experiment, images.shape(), DataType.FLOAT);
    if (experiment.generator().biasFromData()) {
      networks.generator().startAt(RealMoments.mean(shards));
    }
    if (experiment.train().initImages() > 0) {
      new Initialisation(experiment, images.training()).run(networks);
    }
    return networks.initialSnapshot();
  }

  /** Ways in which the workers of an application find each other: threads or executors. */
  public static CollectiveFactory collectives(JavaSparkContext spark) {
    return spark.isLocal() ? new LocalCollectives() : new HubCollectives();
  }
}
