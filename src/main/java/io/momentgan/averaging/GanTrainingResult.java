package io.momentgan.averaging;

import io.momentgan.network.NetworkState;
import java.io.Serializable;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingResult;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A worker's networks after its round, in dl4j-spark's form: parameters and updater state of
 * discriminator and generator as one vector each.
 *
 * <p>Travels as primitive arrays: ND4J writes arrays value by value.
 */
final class GanTrainingResult extends ParameterAveragingTrainingResult {
  private static final long serialVersionUID = 1L;

  private final transient NetworkState discriminator;
  private final transient NetworkState generator;
  private final transient WorkerReport report;

  GanTrainingResult(NetworkState discriminator, NetworkState generator, WorkerReport report) {
    super(
        concatenated(discriminator.params(), generator.params()),
        concatenated(discriminator.updaterState(), generator.updaterState()),
        report.last().discriminator(),
        null,
        null,
        null);
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

  private static INDArray concatenated(float[] first, float[] second) {
    float[] all = new float[first.length + second.length];
    System.arraycopy(first, 0, all, 0, first.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all.length == 0 ? null : Nd4j.createFromArray(all);
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
