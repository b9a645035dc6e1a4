package io.momentgan.averaging;

import io.momentgan.network.state.NetworkState;
import io.momentgan.network.state.ReplayBuffer;
import java.io.Serializable;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingResult;

/**
 * A worker's two networks and its replay buffer after its round, in the form that dl4j-spark's
 * workers hand back. dl4j-spark's own fields stay empty: between processes the networks travel as
 * primitive arrays, since ND4J writes arrays value by value.
 */
final class GanTrainingResult extends ParameterAveragingTrainingResult implements Serializable {
  private static final long serialVersionUID = 1L;

  private final transient NetworkState discriminator;
  private final transient NetworkState generator;
  private final transient WorkerReport report;
  private final transient ReplayBuffer replay;
  private final transient Handover handover;

  GanTrainingResult(
      NetworkState discriminator,
      NetworkState generator,
      WorkerReport report,
      ReplayBuffer replay,
      Handover handover) {
    super(null, null, report.last().discriminator(), null, null, null);
    this.discriminator = discriminator;
    this.generator = generator;
    this.report = report;
    this.replay = replay;
    this.handover = handover;
  }

  NetworkState discriminator() {
    return discriminator;
  }

  NetworkState generator() {
    return generator;
  }

  WorkerReport report() {
    return report;
  }

  ReplayBuffer replay() {
    return replay;
  }

  long bytes() {
    return discriminator.bytes() + generator.bytes() + replay.bytes();
  }

  Object writeReplace() {
    return handover.replace(
        report.rank(), this, new WireResult(discriminator, generator, report, replay));
  }

  private record WireResult(
      NetworkState discriminator, NetworkState generator, WorkerReport report, ReplayBuffer replay)
      implements Serializable {
    Object readResolve() {
      return new GanTrainingResult(discriminator, generator, report, replay, null);
    }
  }
}
