package io.momentgan.averaging;

import io.momentgan.averaging.WorkerReport.Fault;
import io.momentgan.collective.MeasuredCollective;
import io.momentgan.config.Experiment;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.Network;
import io.momentgan.network.state.NetworkState;
import io.momentgan.network.state.Snapshot;
import io.momentgan.partition.Round;
import io.momentgan.step.GanStep;
import io.momentgan.step.Losses;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A worker's round: the snapshot's networks, trained batch by batch. */
final class WorkerSession {
  private final RunContext context;
  private final Handover handover;
  private final Round round;
  private final MeasuredCollective collective;
  private final String host;
  private final GanNetworks networks;
  private final GanStep step;
  private final long start = System.nanoTime();
  private Losses sum = Losses.ZERO;
  private Losses last = Losses.ZERO;
  private int iterations;
  private long samples;
  private double maxGradientNorm;
  private long stepNanos;
  private Fault fault = Fault.NONE;

  WorkerSession(
      RunContext context,
      Handover handover,
      Round round,
      MeasuredCollective collective,
      String host) {
    Experiment experiment = context.experiment();
    this.context = context;
    this.handover = handover;
    this.round = round;
    this.collective = collective;
    this.host = host;
    this.networks = NetworkPool.take(context);
    load(handover.snapshot());
    this.step =
        new GanStep(
            experiment,
            networks,
            collective,
            context.realSide(),
            round.sharesGradients(),
            handover.snapshot().opponent());
  }

  GanNetworks networks() {
    return networks;
  }

  private void load(Snapshot snapshot) {
    SharedMoments shared = SharedMoments.before(round, context.experiment());
    OwnMoments own =
        shared.all()
            ? new OwnMoments(new float[0], new float[0])
            : OwnMoments.of(context.run(), collective.rank(), round.number());
    load(networks.generator(), snapshot.generator(), shared, own.generator());
    load(networks.discriminator(), snapshot.discriminator(), shared, own.discriminator());
  }

  private static void load(
      Network network, NetworkState travelled, SharedMoments shared, float[] own) {
    network.load(shared.insert(travelled, own, network.updaterLayout()));
  }

  /**
   * Trains on one batch.
   *
   * @param real images [n, features] in [-1, 1]
   * @param labels the class of each; empty where there are none
   * @param lastOfRound whether no batch follows
   * @return whether the round goes on
   */
  boolean train(INDArray real, int[] labels, boolean lastOfRound) {
    long began = System.nanoTime();
    try {
      return step(real, labels, lastOfRound);
    } finally {
      stepNanos += System.nanoTime() - began;
    }
  }

  private boolean step(INDArray real, int[] labels, boolean lastOfRound) {
    long iteration = round.iterationsBefore() + iterations;
    last = step.iterate(real, labels, iteration);
    iterations++;
    samples += real.size(0);
    sum = sum.plus(last, 1);
    maxGradientNorm =
        Math.max(maxGradientNorm, Math.max(last.dGradientNorm(), last.gGradientNorm()));
    note("iteration %d: %s", iteration);
    if (lastOfRound && !step.hasStopped()) {
      last = step.evaluate(real, labels, iteration);
      note("after iteration %d: %s", iteration);
    }
    return !lastOfRound && !step.hasStopped();
  }

  /** Others hear of a loss that is not finite at the next exchange; until then all go on. */
  private void note(String text, long iteration) {
    if (!last.isFinite()) {
      fault = fault.or(new Fault(true, text.formatted(iteration + 1, last)));
    } else if (step.hasStopped()) {
      fault = fault.or(new Fault(false, "another worker's losses are not finite"));
    }
  }

  /** What came of the round. Nothing can be asked of the session after this. */
  GanTrainingResult result() {
    NetworkState discriminator = networks.discriminator().state();
    NetworkState generator = networks.generator().state();
    fault = fault.or(unfit("discriminator", discriminator)).or(unfit("generator", generator));
    SharedMoments shared = SharedMoments.after(round, context.experiment());
    keepOwn(shared, generator, discriminator);
    NetworkPool.giveBack(context, networks);
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
        handover);
  }

  private void keepOwn(SharedMoments shared, NetworkState generator, NetworkState discriminator) {
    if (!shared.all()) {
      new OwnMoments(generator.updaterState(), discriminator.updaterState())
          .keep(context.run(), collective.rank(), round.number() + 1);
    }
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
}
