package io.momentgan.averaging;

import io.momentgan.config.AveragingConfig;
import io.momentgan.config.Experiment;
import io.momentgan.device.Devices;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.ParameterLayout;
import io.momentgan.network.UpdaterLayout;
import io.momentgan.network.state.AveragingState;
import io.momentgan.network.state.NetworkState;
import io.momentgan.network.state.Snapshot;
import io.momentgan.partition.Round;
import io.momentgan.partition.Shards;
import io.momentgan.step.Losses;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
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
 * <p>What is dl4j-spark's: the protocol of master and worker, its execution ({@link
 * ExecuteWorkerFlatMap}) and {@code SparkDl4jMultiLayer.fit}. What is overridden: no splitting,
 * counting, shuffling or exporting of data (shards are fixed and cached, one stage per round),
 * averages weighted by samples and folded in rank order, Adam's moments averaged when the settings
 * say so, batch-norm statistics pooled, broadcasts destroyed.
 */
public final class GanTrainingMaster extends ParameterAveragingTrainingMaster
    implements AutoCloseable {
  private static final long serialVersionUID = 1L;

  private final transient Experiment experiment;
  private final transient Shards shards;
  private final transient Broadcast<RunContext> context;
  private final transient SparkDl4jMultiLayer network;
  private final transient ParameterLayout generatorLayout;
  private final transient ParameterLayout discriminatorLayout;
  private final transient UpdaterLayout generatorMoments;
  private final transient UpdaterLayout discriminatorMoments;
  private final transient OuterOptimizer outerGenerator;
  private final transient OuterOptimizer outerDiscriminator;
  private final transient GeneratorEma ema;
  private transient Snapshot before;
  private transient Handover handover;
  private transient Round round;
  private transient RoundResult result;

  /**
   * Prepares the rounds of a run.
   *
   * @param spark the context
   * @param run what every worker must know
   * @param shards the training images
   */
  public GanTrainingMaster(JavaSparkContext spark, RunContext run, Shards shards) {
    super(
        new Builder(run.experiment().train().workers(), 1)
            .batchSizePerWorker(run.experiment().train().batchSize())
            .averagingFrequency(run.experiment().train().averagingFrequency())
            .saveUpdater(true));
    GanNetworks networks = GanNetworks.build(run.experiment(), run.shape(), DataType.FLOAT);
    this.experiment = run.experiment();
    this.shards = shards;
    this.context = spark.broadcast(run);
    this.network = new SparkDl4jMultiLayer(spark, networks.discriminator().model(), this);
    this.generatorLayout = networks.generator().layout();
    this.discriminatorLayout = networks.discriminator().layout();
    this.generatorMoments = networks.generator().updaterLayout();
    this.discriminatorMoments = networks.discriminator().updaterLayout();
    AveragingConfig.Outer outer = experiment.averaging().outer();
    this.outerGenerator = new OuterOptimizer(outer.type(), outer.generator(), generatorLayout);
    this.outerDiscriminator =
        new OuterOptimizer(outer.type(), outer.discriminator(), discriminatorLayout);
    this.ema = new GeneratorEma(experiment.averaging().ema(), generatorLayout);
  }

  /**
   * Makes a round: a pure function of the snapshot, the round, the shards and the seed.
   *
   * @param from the networks before the round
   * @param next the round
   * @return the averaged networks and the round's figures
   * @throws DivergedException when a loss or parameter is not finite
   * @throws RoundFailedException when the round was not finished; it can be tried again
   */
  public RoundResult round(Snapshot from, Round next) {
    long start = System.nanoTime();
    before = from;
    round = next;
    handover = Handover.of(network.getSparkContext(), forWorkers(from));
    try {
      network.fit(batches(next));
    } catch (DivergedException e) {
      throw e;
    } catch (Exception e) { // Spark's own is checked, and declared nowhere
      throw new RoundFailedException(next, e);
    } finally {
      handover.destroy();
    }
    return withSeconds((System.nanoTime() - start) / 1e9);
  }

  /** Nothing travels that workers have or do not need. */
  private Snapshot forWorkers(Snapshot from) {
    SharedMoments shared = SharedMoments.before(round, experiment);
    return new Snapshot(
        from.round(),
        from.iteration(),
        from.samplesSeen(),
        shared.select(from.generator(), generatorMoments),
        shared.select(from.discriminator(), discriminatorMoments),
        from.opponent(),
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
        new WorkerConfiguration(
            false, oneByOne, experiment.train().batchSize(), noLimit, 0, false));
  }

  @Override
  protected void processResults(
      SparkDl4jMultiLayer discriminator,
      SparkComputationGraph graph,
      JavaRDD<ParameterAveragingTrainingResult> results,
      int split,
      int splits) {
    List<GanTrainingResult> byRank =
        Stages.collect(results).stream().map(GanTrainingResult.class::cast).toList();
    requireFinite(byRank);
    result = merge(byRank);
  }

  private JavaRDD<DataSet> batches(Round next) {
    int batchSize = experiment.train().batchSize();
    long seed = experiment.train().seed();
    return Stages.mapPartitions(
        shards.rdd(),
        shard -> {
          // Before anything is asked of ND4J in this thread.
          Devices.bind(TaskContext.get());
          return new RoundBatches(shard.next(), next, batchSize, seed);
        });
  }

  private void requireFinite(List<GanTrainingResult> byRank) {
    WorkerReport culprit =
        byRank.stream()
            .map(GanTrainingResult::report)
            .filter(report -> !report.fault().isNone())
            .min((a, b) -> Boolean.compare(b.fault().own(), a.fault().own()))
            .orElse(null);
    if (culprit != null) {
      throw new DivergedException(round, culprit);
    }
  }

  private RoundResult merge(List<GanTrainingResult> byRank) {
    List<WorkerReport> reports = byRank.stream().map(GanTrainingResult::report).toList();
    double[] weights = Averages.weights(reports.stream().map(WorkerReport::samples).toList());
    Losses mean = Losses.ZERO;
    Losses last = Losses.ZERO;
    for (int k = 0; k < weights.length; k++) {
      mean = mean.plus(reports.get(k).sum(), weights[k] / reports.get(k).iterations());
      last = last.plus(reports.get(k).last(), weights[k]);
    }
    SharedMoments shared = SharedMoments.after(round, experiment);
    long samples = reports.stream().mapToLong(WorkerReport::samples).sum();
    NetworkState generator =
        Averages.of(
            byRank.stream().map(GanTrainingResult::generator).toList(), weights, generatorLayout);
    NetworkState discriminator =
        Averages.of(
            byRank.stream().map(GanTrainingResult::discriminator).toList(),
            weights,
            discriminatorLayout);
    Snapshot handed = handover.snapshot();
    return new RoundResult(
        next(shared, generator, discriminator, samples),
        mean,
        last,
        reports,
        0,
        bytes(handed.generator(), handed.discriminator())
            + (long) Float.BYTES * before.opponent().length,
        bytes(generator, discriminator) * byRank.size(),
        shared.all());
  }

  /** The next snapshot, given the averages of what the workers sent. */
  private Snapshot next(
      SharedMoments shared, NetworkState generator, NetworkState discriminator, long samples) {
    OuterOptimizer.Step g =
        outerGenerator.step(
            before.generator().params(),
            generator.params(),
            before.averaging().generatorVelocity());
    OuterOptimizer.Step d =
        outerDiscriminator.step(
            before.discriminator().params(),
            discriminator.params(),
            before.averaging().discriminatorVelocity());
    long seen = before.samplesSeen() + samples;
    float[] average =
        ema.next(before.averaging().ema(), before.generator().params(), g.params(), samples, seen);
    return new Snapshot(
        before.round() + 1,
        before.iteration() + round.iterations(),
        seen,
        state(g, shared.insert(generator, before.generator().updaterState(), generatorMoments)),
        state(
            d,
            shared.insert(
                discriminator, before.discriminator().updaterState(), discriminatorMoments)),
        opponent(g.params()),
        new AveragingState(average, g.velocity(), d.velocity()));
  }

  /** The older generator that the next round faces: now and then replaced by the newest. */
  private float[] opponent(float[] newest) {
    int rounds = experiment.discriminatorInput().opponentRounds();
    boolean due = rounds > 0 && (before.round() + 1) % rounds == 0;
    return due ? newest : before.opponent();
  }

  private static NetworkState state(OuterOptimizer.Step step, NetworkState average) {
    return new NetworkState(step.params(), average.updaterState(), average.updates());
  }

  private static long bytes(NetworkState... states) {
    return Stream.of(states)
        .mapToLong(s -> (long) Float.BYTES * (s.params().length + s.updaterState().length))
        .sum();
  }

  private RoundResult withSeconds(double seconds) {
    return new RoundResult(
        result.snapshot(),
        result.mean(),
        result.last(),
        result.workers(),
        seconds,
        result.bytesOut(),
        result.bytesIn(),
        result.whole());
  }

  @Override
  public void close() {
    context.destroy();
  }
}
