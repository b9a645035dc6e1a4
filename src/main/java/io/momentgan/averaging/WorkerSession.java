package io.momentgan.averaging;

import io.momentgan.averaging.GanTrainingMaster.RunContext;
import io.momentgan.averaging.WorkerReport.Fault;
import io.momentgan.collective.MeasuredCollective;
import io.momentgan.config.Experiment;
import io.momentgan.data.ImageShape;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.Network;
import io.momentgan.network.state.NetworkState;
import io.momentgan.network.state.Snapshot;
import io.momentgan.partition.Round;
import io.momentgan.step.GanStep;
import io.momentgan.step.Losses;
import io.momentgan.step.RealBatches;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** A worker's round: the snapshot's networks, trained batch by batch. */
final class WorkerSession {
  private final RunContext context;
  private final Handover handover;
  private final Round round;
  private final MeasuredCollective collective;
  private final String host;
  private final GanNetworks networks;
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
      GanNetworks networks,
      long start) {
    this.context = context;
    this.handover = handover;
    this.round = round;
    this.collective = collective;
    this.host = host;
    this.networks = networks;
    this.start = start;
    this.step =
        new GanStep(
            context.experiment(),
            networks,
            collective,
            context.realSide(),
            round.sharesGradients(),
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
    GanNetworks networks = Pool.take(context);
    Snapshot snapshot = handover.snapshot();
    SharedAdamState shared = SharedAdamState.before(round, context.experiment());
    OwnAdamState own =
        shared.all()
            ? new OwnAdamState(new float[0], new float[0])
            : OwnAdamState.of(context.run(), collective.rank(), round.number());
    load(networks.generator(), snapshot.generator(), shared, own.generator());
    load(networks.discriminator(), snapshot.discriminator(), shared, own.discriminator());
    return new WorkerSession(context, handover, round, collective, host, networks, start);
  }

  private static void load(
      Network network, NetworkState travelled, SharedAdamState shared, float[] own) {
    network.load(shared.insert(travelled, own, network.updaterLayout()));
  }

  GanNetworks networks() {
    return networks;
  }

  /** Trains on the batches of an iteration; returns whether the round goes on. */
  boolean train(RealBatches real, boolean lastOfRound) {
    long began = System.nanoTime();
    try {
      return step(real, lastOfRound);
    } finally {
      stepNanos += System.nanoTime() - began;
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
    Pool.giveBack(context, networks);
    double seconds = (System.nanoTime() - start) / 1e9;
    return new GanTrainingResult(
        shared.select(discriminator, networks.discriminator().updaterLayout()),
        shared.select(generator, networks.generator().updaterLayout()),
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
    private static final ConcurrentHashMap<Key, ConcurrentLinkedQueue<GanNetworks>> FREE =
        new ConcurrentHashMap<>();

    private record Key(Experiment experiment, ImageShape shape, int device) {
      static Key of(RunContext run) {
        // Arrays stay on the device that they were made on.
        int device = Nd4j.getAffinityManager().getDeviceForCurrentThread();
        return new Key(run.experiment(), run.shape(), device);
      }

      boolean isOf(RunContext run) {
        return experiment.equals(run.experiment()) && shape.equals(run.shape());
      }
    }

    static GanNetworks take(RunContext run) {
      FREE.keySet().removeIf(other -> !other.isOf(run));
      GanNetworks free =
          FREE.computeIfAbsent(Key.of(run), key -> new ConcurrentLinkedQueue<>()).poll();
      return free == null ? GanNetworks.build(run.experiment(), run.shape(), DataType.FLOAT) : free;
    }

    static void giveBack(RunContext run, GanNetworks networks) {
      FREE.computeIfPresent(
          Key.of(run),
          (key, free) -> {
            free.add(networks);
            return free;
          });
    }
  }
}
