package io.momentgan.averaging;

import io.momentgan.averaging.GanTrainingMaster.RunContext;
import io.momentgan.averaging.RoundBatches.BatchesDataSet;
import io.momentgan.averaging.WorkerReport.Fault;
import io.momentgan.averaging.merge.RoundedNetwork;
import io.momentgan.collective.Collective;
import io.momentgan.collective.MeasuredCollective;
import io.momentgan.config.AveragingConfig.Wire;
import io.momentgan.config.Experiment;
import io.momentgan.config.TrainConfig;
import io.momentgan.config.TrainConfig.Gradients;
import io.momentgan.data.ImageShape;
import io.momentgan.device.Device;
import io.momentgan.device.Devices;
import io.momentgan.engine.DeviceGroup;
import io.momentgan.engine.Engine;
import io.momentgan.engine.TrainedNetwork;
import io.momentgan.engine.TrainedPair;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.Network;
import io.momentgan.network.UpdaterLayout;
import io.momentgan.network.state.NetworkState;
import io.momentgan.network.state.Snapshot;
import io.momentgan.partition.Round;
import io.momentgan.step.GanStep;
import io.momentgan.step.Losses;
import io.momentgan.step.RealBatches;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.util.TaskFailureListener;

/** A worker's round: the snapshot's networks, trained batch by batch. */
final class WorkerSession {
  private final RunContext context;
  private final Handover handover;
  private final Round round;
  private final MeasuredCollective collective;
  private final String host;
  private final Device device;
  private final TrainedPair networks;
  private final GanStep step;
  private final long start;
  private Losses sum = Losses.ZERO;
  private Losses last = Losses.ZERO;
  private int iterations;
  private long samples;
  private double maxGradientNorm;
  private long stepNanos;
  private Fault fault = Fault.NONE;

  private WorkerSession(
      RunContext context,
      Handover handover,
      Round round,
      MeasuredCollective collective,
      String host,
      Device device,
      TrainedPair networks,
      Optional<DeviceGroup> devices,
      long start) {
    this.context = context;
    this.handover = handover;
    this.round = round;
    this.collective = collective;
    this.host = host;
    this.device = device;
    this.networks = networks;
    this.start = start;
    this.step =
        new GanStep(
            context.experiment(),
            networks,
            collective,
            context.realSide(),
            round.sharesGradients(),
            devices,
            handover.snapshot().opponent(),
            handover.replay(collective.rank()));
  }

  /** Takes networks from the pool and loads the snapshot into them. */
  static WorkerSession begin(
      RunContext context,
      Handover handover,
      Round round,
      MeasuredCollective collective,
      String host) {
    long start = System.nanoTime();
    Engine engine = Engine.of(context.experiment().engine());
    Device device =
        engine.bind(
            Devices.choose(TaskContext.get(), context.experiment().device(), engine.gpus()));
    TrainedPair networks = Pool.take(context, engine, device);
    Snapshot snapshot = handover.snapshot();
    SharedAdamState shared = SharedAdamState.before(round, context.experiment());
    OwnAdamState own =
        shared.all()
            ? new OwnAdamState(new float[0], new float[0])
            : OwnAdamState.of(context.run(), collective.rank(), round.number());
    load(
        networks.generator(),
        networks.structure().generator().updaterLayout(),
        snapshot.generator(),
        shared,
        own.generator());
    load(
        networks.discriminator(),
        networks.structure().discriminator().updaterLayout(),
        snapshot.discriminator(),
        shared,
        own.discriminator());
    return new WorkerSession(
        context,
        handover,
        round,
        collective,
        host,
        device,
        networks,
        meet(context, engine, device, collective.unmeasured()),
        start);
  }

  private static Optional<DeviceGroup> meet(
      RunContext context, Engine engine, Device device, Collective collective) {
    TrainConfig train = context.experiment().train();
    if (train.gradients() != Gradients.DEVICES || collective.size() == 1) {
      return Optional.empty();
    }
    DeviceGroup group =
        engine.meet(
            device,
            context.run(),
            collective,
            SparkEnv.get().blockManager().blockManagerId().host(),
            Duration.ofSeconds(train.deadlineSeconds()));
    // Whatever ends the task, the others' devices shall not wait for this one.
    TaskFailureListener onFailure = (task, error) -> group.close();
    TaskContext.get().addTaskFailureListener(onFailure);
    return Optional.of(group);
  }

  private static void load(
      TrainedNetwork network,
      UpdaterLayout layout,
      NetworkState travelled,
      SharedAdamState shared,
      float[] own) {
    network.load(shared.insert(travelled, own, layout));
  }

  TrainedPair networks() {
    return networks;
  }

  /** Trains on the batches of an iteration; returns whether the round goes on. */
  boolean train(BatchesDataSet chosen, boolean lastOfRound) {
    try (TrainedPair.Iteration memory = networks.begin()) {
      RealBatches real = chosen.on(networks);
      long began = System.nanoTime();
      try {
        return step(real, lastOfRound);
      } finally {
        stepNanos += System.nanoTime() - began;
      }
    }
  }

  private boolean step(RealBatches real, boolean lastOfRound) {
    long iteration = round.iterationsBefore() + iterations;
    last = step.iterate(real, iteration);
    iterations++;
    samples += real.count();
    sum = sum.plus(last, 1);
    boolean penalised = context.experiment().moments().penalised();
    double ofGenerator = penalised ? 0 : last.gGradientNorm();
    maxGradientNorm = Math.max(maxGradientNorm, Math.max(last.dGradientNorm(), ofGenerator));
    note("iteration %d: %s", iteration);
    if (lastOfRound && !step.hasStopped()) {
      last = step.evaluate(real, iteration);
      note("after iteration %d: %s", iteration);
    }
    return !lastOfRound && !step.hasStopped();
  }

  /** Other workers learn of a loss that is not finite at the next exchange. */
  private void note(String text, long iteration) {
    if (!last.isFinite()) {
      fault = fault.or(new Fault(true, text.formatted(iteration + 1, last)));
    } else if (step.hasStopped()) {
      fault = fault.or(new Fault(false, "another worker's losses are not finite"));
    }
  }

  /** Ends the session and returns its result. */
  GanTrainingResult result() {
    NetworkState discriminator = networks.discriminator().state();
    NetworkState generator = networks.generator().state();
    fault = fault.or(unfit("discriminator", discriminator)).or(unfit("generator", generator));
    SharedAdamState shared = SharedAdamState.after(round, context.experiment());
    if (!shared.all()) {
      new OwnAdamState(generator.updaterState(), discriminator.updaterState())
          .keep(context.run(), collective.rank(), round.number() + 1);
    }
    Pool.giveBack(context, device, networks);
    double seconds = (System.nanoTime() - start) / 1e9;
    Wire wire = context.experiment().averaging().wireOf(collective.size());
    Snapshot before = handover.snapshot();
    GanNetworks structure = networks.structure();
    return new GanTrainingResult(
        wire,
        handedIn(structure.discriminator(), wire, discriminator, before.discriminator(), shared),
        handedIn(structure.generator(), wire, generator, before.generator(), shared),
        new WorkerReport(
            collective.rank(),
            host,
            samples,
            sum,
            iterations,
            last,
            maxGradientNorm,
            seconds,
            stepNanos / 1e9,
            collective.traffic(),
            fault),
        step.replay(),
        handover);
  }

  private static NetworkState handedIn(
      Network network, Wire wire, NetworkState after, NetworkState before, SharedAdamState shared) {
    RoundedNetwork form = RoundedNetwork.of(wire, network);
    return shared.select(form.of(after, before), form.updaterLayout());
  }

  private static Fault unfit(String name, NetworkState state) {
    for (int i = 0; i < state.params().length; i++) {
      if (!Float.isFinite(state.params()[i])) {
        return new Fault(
            true, "parameter %d of the %s is %s".formatted(i, name, state.params()[i]));
      }
    }
    return Fault.NONE;
  }

  /**
   * Unused networks of this process, kept from one round to the next: building a pair takes as long
   * as an iteration or two. The taker loads a whole state.
   */
  private static final class Pool {
    private static final ConcurrentHashMap<Key, ConcurrentLinkedQueue<TrainedPair>> FREE =
        new ConcurrentHashMap<>();

    // Arrays stay on the device that they were made on.
    private record Key(Experiment experiment, ImageShape shape, Device device) {
      static Key of(RunContext run, Device device) {
        return new Key(run.experiment(), run.shape(), device);
      }

      boolean isOf(RunContext run) {
        return experiment.equals(run.experiment()) && shape.equals(run.shape());
      }
    }

    static TrainedPair take(RunContext run, Engine engine, Device device) {
      FREE.keySet().removeIf(other -> !other.isOf(run));
      TrainedPair free =
          FREE.computeIfAbsent(Key.of(run, device), key -> new ConcurrentLinkedQueue<>()).poll();
      return free == null ? engine.open(run.experiment(), run.shape(), device) : free;
    }

    static void giveBack(RunContext run, Device device, TrainedPair networks) {
      FREE.computeIfPresent(
          Key.of(run, device),
          (key, free) -> {
            free.add(networks);
            return free;
          });
    }
  }
}
