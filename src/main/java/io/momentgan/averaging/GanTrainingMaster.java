package io.momentgan.averaging;

import io.momentgan.averaging.merge.MovingAverage;
import io.momentgan.averaging.merge.SlicedAverage;
import io.momentgan.collective.CollectiveFactory;
import io.momentgan.collective.Meeting;
import io.momentgan.collective.Registration;
import io.momentgan.config.AveragingConfig;
import io.momentgan.config.Experiment;
import io.momentgan.data.ImageShape;
import io.momentgan.device.Devices;
import io.momentgan.moments.RealSide;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.ParameterLayout;
import io.momentgan.network.state.AveragingState;
import io.momentgan.network.state.ReplayBuffer;
import io.momentgan.network.state.Snapshot;
import io.momentgan.partition.LabelledImages;
import io.momentgan.partition.Round;
import io.momentgan.partition.Shards;
import io.momentgan.partition.Stages;
import io.momentgan.step.Losses;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import org.deeplearning4j.spark.api.WorkerConfiguration;
import org.deeplearning4j.spark.api.worker.ExecuteWorkerFlatMap;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingResult;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;

/**
 * dl4j-spark's parameter averaging for a pair of networks, one round per {@code fit}.
 *
 * <p>dl4j-spark contributes the protocol of master and worker, its execution ({@link
 * ExecuteWorkerFlatMap}) and {@code SparkDl4jMultiLayer.fit}. This class overrides the rest: it
 * never splits, counts, shuffles or exports data (shards are fixed and cached, one stage per
 * round), weights averages by samples and folds them in rank order, averages Adam's moments by the
 * settings, pools batch-norm statistics and destroys broadcasts.
 */
public final class GanTrainingMaster extends ParameterAveragingTrainingMaster
    implements AutoCloseable {
  private static final long serialVersionUID = 1L;

  /** Name of the accumulator to which each task adds its iterations one by one. */
  public static final String ITERATIONS = "iterations";

  /**
   * Networks of all workers that the driver averages sooner than the workers (submit/bench scale).
   */
  private static final long FEW_BYTES = 128L << 20;

  /**
   * Messages of all workers in an exchange that the driver merges sooner than the workers: some
   * milliseconds of a network card of 10 Gbit/s, and of W requests for each worker.
   */
  private static final long FEW_BYTES_OF_EXCHANGE = 4L << 20;

  private final transient Experiment experiment;
  private final transient Shards shards;
  private final transient Broadcast<RunContext> context;
  private final transient SparkDl4jMultiLayer network;
  private final transient LongAccumulator iterations;
  private final transient Meeting meeting;
  private final transient Registration registration;
  private final transient AveragedNetwork generator;
  private final transient AveragedNetwork discriminator;
  private final transient MovingAverage generatorEma;
  private final transient MovingAverage discriminatorEma;
  private transient Snapshot before;
  private transient Handover handover;
  private transient Round round;
  private transient AveragedRound results;

  /**
   * The run as every worker must know it; broadcast once.
   *
   * @param run name of the run, unique within the application
   * @param experiment the settings, number of workers known
   * @param shape shape of the images
   * @param collectives joins workers to their group
   * @param realSide clusters and moments of the real images
   * @param labelled images whose labels a classifier learns from
   */
  public record RunContext(
      String run,
      Experiment experiment,
      ImageShape shape,
      CollectiveFactory collectives,
      RealSide realSide,
      LabelledImages labelled)
      implements Serializable {}

  private GanTrainingMaster(
      JavaSparkContext spark, RunContext run, Broadcast<RunContext> context, Shards shards) {
    super(
        new Builder(run.experiment().train().workers(), 1)
            .batchSizePerWorker(run.experiment().train().batchSize())
            .averagingFrequency(run.experiment().train().averagingFrequency())
            .saveUpdater(true));
    GanNetworks networks = GanNetworks.build(run.experiment(), run.shape(), DataType.FLOAT);
    AveragingConfig averaging = run.experiment().averaging();
    this.experiment = run.experiment();
    this.shards = shards;
    this.context = context;
    this.network = new SparkDl4jMultiLayer(spark, networks.discriminator().model(), this);
    this.iterations = spark.sc().longAccumulator(ITERATIONS);
    this.generator =
        AveragedNetwork.of(networks.generator(), run.experiment(), averaging.outer().generator());
    this.discriminator =
        AveragedNetwork.of(
            networks.discriminator(), run.experiment(), averaging.outer().discriminator());
    this.meeting =
        new Meeting(
            experiment.train().workers(),
            Duration.ofSeconds(experiment.train().deadlineSeconds()),
            mostBytes(run),
            switch (averaging.path()) {
              case DRIVER -> Long.MAX_VALUE;
              case SLICES -> 0;
              case AUTO -> FEW_BYTES_OF_EXCHANGE;
            });
    this.registration = run.collectives().register(run.run(), meeting);
    AveragingConfig.Ema ema = averaging.ema();
    this.generatorEma = new MovingAverage(ema.halfLife(), ema.rampUp(), generator.layout());
    this.discriminatorEma =
        new MovingAverage(ema.discriminatorHalfLife(), ema.rampUp(), discriminator.layout());
  }

  /** Bytes of the largest message of a worker: moments of both sides, or a gradient, in double. */
  private long mostBytes(RunContext run) {
    long ofCluster = Double.BYTES * (2L * run.shape().features() + 2);
    long moments = 2L * run.realSide().clusters().count() * ofCluster;
    long gradient =
        (long) Double.BYTES
            * Math.max(generator.layout().length(), discriminator.layout().length());
    return Math.max(moments, gradient);
  }

  /** Broadcasts a run to the workers; returns the master of its rounds. */
  public static GanTrainingMaster open(JavaSparkContext spark, RunContext run, Shards shards) {
    return new GanTrainingMaster(spark, run, spark.broadcast(run), shards);
  }

  /**
   * Makes a round: a pure function of the snapshot, the round, the shards and the seed.
   *
   * @throws DivergedException when a loss or parameter is not finite
   * @throws RoundFailedException when the round was not finished; it can be retried
   */
  public RoundResult round(Snapshot from, Round next) {
    long start = System.nanoTime();
    before = from;
    round = next;
    Snapshot handed = forWorkers(from);
    registration.admit(next.number());
    handover = Handover.of(network.getSparkContext(), handed);
    try {
      network.fit(batches(next));
    } catch (Exception e) { // Spark throws a checked exception that it does not declare
      throw new RoundFailedException(next, e);
    } finally {
      handover.destroy();
    }
    requireFinite();
    return merge(
        handed.generator().bytes()
            + handed.discriminator().bytes()
            + (long) Float.BYTES * from.opponent().length
            + from.replay().stream().mapToLong(ReplayBuffer::bytes).max().orElse(0),
        start);
  }

  /** Drops the parts of a snapshot that workers have or do not need. */
  private Snapshot forWorkers(Snapshot from) {
    SharedAdamState shared = SharedAdamState.before(round, experiment);
    return new Snapshot(
        from.round(),
        from.iteration(),
        from.samplesSeen(),
        shared.select(from.generator(), generator.updaterLayout()),
        shared.select(from.discriminator(), discriminator.updaterLayout()),
        from.opponent(),
        from.replay(),
        AveragingState.NONE);
  }

  /** snapshot' = average(shards.map(s -> step(snapshot, s, seed(round, s)))). */
  @Override
  public void executeTraining(SparkDl4jMultiLayer discriminator, JavaRDD<DataSet> batches) {
    processResults(
        discriminator,
        null,
        Stages.mapPartitions(batches, new ExecuteWorkerFlatMap<>(getWorkerInstance(discriminator))),
        0,
        1);
  }

  @Override
  public GanTrainingWorker getWorkerInstance(SparkDl4jMultiLayer discriminator) {
    int oneByOne = 1;
    int noLimit = 0;
    return new GanTrainingWorker(
        context,
        handover,
        round,
        meeting,
        iterations,
        new WorkerConfiguration(
            false, oneByOne, experiment.train().batchSize(), noLimit, 0, false));
  }

  @Override
  protected void processResults(
      SparkDl4jMultiLayer model,
      SparkComputationGraph graph,
      JavaRDD<ParameterAveragingTrainingResult> ofWorkers,
      int split,
      int splits) {
    ParameterLayout ofG = generator.layout();
    ParameterLayout ofD = discriminator.layout();
    results =
        averagesBySlices()
            ? AveragedRound.bySlices(
                ofWorkers,
                SlicedAverage.of(
                    generator.form().wire(),
                    experiment.train().workers(),
                    bytesOfNetworks(),
                    ofG,
                    ofD))
            : AveragedRound.onDriver(ofWorkers, ofG, ofD);
  }

  /** Whether the workers' networks are averaged by themselves, and not on the driver. */
  private boolean averagesBySlices() {
    return switch (experiment.averaging().path()) {
      case DRIVER -> false;
      case SLICES -> true;
      case AUTO ->
          !network.getSparkContext().isLocal()
              && experiment.train().workers() * bytesOfNetworks() > mostBytesOnDriver();
    };
  }

  private long mostBytesOnDriver() {
    long results =
        network.getSparkContext().getConf().getSizeAsBytes("spark.driver.maxResultSize", "1g");
    return results == 0 ? FEW_BYTES : Math.min(FEW_BYTES, results / 2);
  }

  private long bytesOfNetworks() {
    return before.generator().bytes() + before.discriminator().bytes();
  }

  private JavaRDD<DataSet> batches(Round next) {
    Broadcast<RunContext> run = context;
    return Stages.mapPartitions(
        shards.rdd(),
        shard -> {
          // Before the first use of ND4J in this thread.
          Devices.bind(TaskContext.get());
          RunContext known = run.getValue();
          return new RoundBatches(shard.next(), next, known.experiment(), known.labelled());
        });
  }

  private void requireFinite() {
    WorkerReport culprit =
        results.reports().stream()
            .filter(report -> !report.fault().isNone())
            .min((a, b) -> Boolean.compare(b.fault().own(), a.fault().own()))
            .orElse(null);
    if (culprit != null) {
      throw new DivergedException(round, culprit);
    }
  }

  /** The iterations that each worker made in the newest round. */
  List<Integer> iterations() {
    return results.reports().stream().map(WorkerReport::iterations).toList();
  }

  private RoundResult merge(long bytesOut, long start) {
    List<WorkerReport> reports = results.reports();
    double[] weights = results.weights();
    Losses mean = Losses.ZERO;
    Losses last = Losses.ZERO;
    for (int k = 0; k < weights.length; k++) {
      mean = mean.plus(reports.get(k).sum(), weights[k] / reports.get(k).iterations());
      last = last.plus(reports.get(k).last(), weights[k]);
    }
    SharedAdamState shared = SharedAdamState.after(round, experiment);
    Snapshot snapshot = next(shared);
    return new RoundResult(
        snapshot,
        mean,
        last,
        reports,
        (System.nanoTime() - start) / 1e9,
        bytesOut,
        results.bytes(),
        shared.all());
  }

  private Snapshot next(SharedAdamState shared) {
    AveragedNetwork.Next g =
        generator.next(
            results.generator(),
            before.generator(),
            before.averaging().generatorVelocity(),
            shared);
    AveragedNetwork.Next d =
        discriminator.next(
            results.discriminator(),
            before.discriminator(),
            before.averaging().discriminatorVelocity(),
            shared);
    long samples = results.reports().stream().mapToLong(WorkerReport::samples).sum();
    long seen = before.samplesSeen() + samples;
    AveragingState old = before.averaging();
    float[] params = g.state().params();
    float[] ofGenerator =
        generatorEma.next(old.ema(), before.generator().params(), params, samples, seen);
    float[] ofDiscriminator =
        discriminatorEma.next(
            old.discriminatorEma(),
            before.discriminator().params(),
            d.state().params(),
            samples,
            seen);
    return new Snapshot(
        before.round() + 1,
        before.iteration() + round.iterations(),
        seen,
        g.state(),
        d.state(),
        opponent(params),
        replay(),
        new AveragingState(ofGenerator, ofDiscriminator, g.velocity(), d.velocity()));
  }

  /** The older generator that the next round faces: replaced by the newest every few rounds. */
  private float[] opponent(float[] newest) {
    int rounds = experiment.discriminatorInput().opponentRounds();
    boolean due = rounds > 0 && (before.round() + 1) % rounds == 0;
    return due ? newest : before.opponent();
  }

  /** Each worker's own buffer; where nothing is replayed, none. */
  private List<ReplayBuffer> replay() {
    return experiment.discriminatorInput().replayCapacity() == 0 ? List.of() : results.replay();
  }

  @Override
  public void close() {
    registration.close();
    context.destroy();
  }
}
