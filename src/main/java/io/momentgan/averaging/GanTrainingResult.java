package io.momentgan.averaging;

import io.momentgan.averaging.merge.WireFloats;
import io.momentgan.config.AveragingConfig.Wire;
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

  private final transient Wire wire;
  private final transient NetworkState discriminator;
  private final transient NetworkState generator;
  private final transient WorkerReport report;
  private final transient ReplayBuffer replay;
  private final transient Handover handover;

  GanTrainingResult(
      Wire wire,
      NetworkState discriminator,
      NetworkState generator,
      WorkerReport report,
      ReplayBuffer replay,
      Handover handover) {
    super(null, null, report.last().discriminator(), null, null, null);
    this.wire = wire;
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
    return bytes(discriminator) + bytes(generator) + replay.bytes();
  }

  private long bytes(NetworkState state) {
    return WireFloats.count(state.params(), wire) + WireFloats.count(state.updaterState(), wire);
  }

  Object writeReplace() {
    return handover.replace(
        report.rank(),
        this,
        new WireResult(
            wire,
            WireNetwork.of(discriminator, wire),
            WireNetwork.of(generator, wire),
            report,
            replay));
  }

  private record WireResult(
      Wire wire,
      WireNetwork discriminator,
      WireNetwork generator,
      WorkerReport report,
      ReplayBuffer replay)
      implements Serializable {
    Object readResolve() {
      return new GanTrainingResult(
          wire, discriminator.state(wire), generator.state(wire), report, replay, null);
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record WireNetwork(byte[] params, byte[] updaterState, int updates)
      implements Serializable {
    static WireNetwork of(NetworkState state, Wire wire) {
      return new WireNetwork(
          WireFloats.bytes(state.params(), wire),
          WireFloats.bytes(state.updaterState(), wire),
          state.updates());
    }

    NetworkState state(Wire wire) {
      return new NetworkState(
          WireFloats.floats(params, wire), WireFloats.floats(updaterState, wire), updates);
    }
  }
}
