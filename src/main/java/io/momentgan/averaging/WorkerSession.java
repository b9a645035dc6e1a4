package io.momentgan.averaging;

import io.momentgan.collective.Collective;
import io.momentgan.config.Experiment;
import io.momentgan.network.GanNetworks;
import io.momentgan.network.NetworkState;
import io.momentgan.network.Snapshot;
import io.momentgan.partition.Round;
import io.momentgan.step.GanStep;
import io.momentgan.step.Losses;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A worker's round: the snapshot's networks, trained batch by batch. */
final class WorkerSession {
  private final Round round;
  private final int rank;
  private final String host;
  private final GanNetworks networks;
  private final GanStep step;
  private final long start = System.nanoTime();
  private Losses sum = Losses.ZERO;
  private Losses last = Losses.ZERO;
  private int iterations;
  private long samples;
  private double maxGradientNorm;
  private String fault = "";

  WorkerSession(
      RunContext context, Snapshot snapshot, Round round, Collective collective, String host) {
    Experiment experiment = context.experiment();
    this.round = round;
    this.rank = collective.rank();
    this.host = host;
    this.networks = GanNetworks.build(experiment, context.shape().features(), DataType.FLOAT);
    networks.load(snapshot);
    this.step = new GanStep(experiment, networks, collective, context.dataSetMoments());
  }

  GanNetworks networks() {
    return networks;
  }

  /**
   * Trains on one batch.
   *
   * @param real images [n, features] in [-1, 1]
   * @param lastOfRound whether no batch follows
   * @return whether the round goes on
   */
  boolean train(INDArray real, boolean lastOfRound) {
    long iteration = round.iterationsBefore() + iterations;
    last = step.iterate(real, iteration);
    iterations++;
    samples += real.size(0);
    sum = sum.plus(last, 1);
    maxGradientNorm =
        Math.max(maxGradientNorm, Math.max(last.dGradientNorm(), last.gGradientNorm()));
    if (!last.isFinite()) {
      fault = "iteration %d: %s".formatted(iteration + 1, last);
      return false;
    }
    if (lastOfRound) {
      last = step.evaluate(real, iteration);
      fault = last.isFinite() ? "" : "after iteration %d: %s".formatted(iteration + 1, last);
    }
    return !lastOfRound;
  }

  GanTrainingResult result() {
    NetworkState discriminator = networks.discriminator().state();
    NetworkState generator = networks.generator().state();
    if (fault.isEmpty()) {
      fault = unfit("discriminator", discriminator) + unfit("generator", generator);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    return new GanTrainingResult(
        discriminator,
        generator,
        new WorkerReport(
            rank, host, samples, sum, iterations, last, maxGradientNorm, seconds, fault));
  }

  private static String unfit(String name, NetworkState state) {
    for (int i = 0; i < state.params().length; i++) {
      if (!Float.isFinite(state.params()[i])) {
        return "parameter %d of the %s is %s ".formatted(i, name, state.params()[i]);
      }
    }
    return "";
  }
}
