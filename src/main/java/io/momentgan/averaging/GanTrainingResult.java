package io.momentgan.averaging;

import io.momentgan.network.NetworkState;
import java.io.Serializable;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingResult;

/**
 * A worker's two networks after its round, as what dl4j-spark's workers hand back. dl4j-spark's own
 * fields stay empty: the networks travel as primitive arrays, since ND4J writes arrays value by
 * value.
 */
final class GanTrainingResult extends ParameterAveragingTrainingResult implements Serializable {
  private static final long serialVersionUID = 1L;

  private final transient NetworkState discriminator;
  private final transient NetworkState generator;
  private final transient WorkerReport report;

  GanTrainingResult(NetworkState discriminator, NetworkState generator, WorkerReport report) {
    super(null, null, report.last().discriminator(), null, null, null);
    this.discriminator = discriminator;
    this.generator = generator;
    this.report = report;
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

  Object writeReplace() {
    return new Wire(discriminator, generator, report);
  }

  private record Wire(NetworkState discriminator, NetworkState generator, WorkerReport report)
      implements Serializable {
    Object readResolve() {
      return new GanTrainingResult(discriminator, generator, report);
    }
  }
}
