package io.momentgan.averaging;

import io.momentgan.network.HostArrays;
import io.momentgan.network.NetworkState;
import java.io.Serializable;
import java.util.Arrays;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingResult;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A worker's networks after its round, in dl4j-spark's form: parameters and updater state of
 * discriminator and generator as one vector each.
 *
 * <p>Travels as primitive arrays, since ND4J writes arrays value by value; the vectors are made
 * when they are asked for.
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

  /** Parameters of the discriminator, then those of the generator. */
  @Override
  public INDArray getParameters() {
    return concatenated(discriminator.params(), generator.params());
  }

  /** Updater state of the discriminator, then that of the generator. */
  @Override
  public INDArray getUpdaterState() {
    return concatenated(discriminator.updaterState(), generator.updaterState());
  }

  private static INDArray concatenated(float[] first, float[] second) {
    float[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return HostArrays.toArray(all, all.length);
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
