package io.momentgan.engine;

import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.kernels.loops.Vectors;
import io.momentgan.network.Network;
import io.momentgan.network.state.NetworkState;
import java.util.function.DoubleSupplier;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A network of Deeplearning4j's, by the own kernels or its stock layers. */
final class Dl4jNetwork implements TrainedNetwork {
  private final Network network;
  private INDArray[] joined = new INDArray[0];
  private INDArray kept;
  private int passes;
  private int rows;

  Dl4jNetwork(Network network) {
    this.network = network;
  }

  @Override
  public Rows forward(Rows input, int... classes) {
    return new ArrayRows(network.forward(ArrayRows.of(input), classes));
  }

  @Override
  public double[] outputs(int[] classes, Rows... batches) {
    INDArray input = join(batches);
    rows = (int) input.size(0);
    return network.outputs(input, classes);
  }

  // Reuses the memory of earlier results, as new memory costs more.
  private INDArray join(Rows... batches) {
    if (joined.length < batches.length) {
      joined = new INDArray[batches.length];
    }
    INDArray all = ArrayRows.of(batches[0]);
    for (int i = 1; i < batches.length; i++) {
      joined[i] = Vectors.concatenate(all, ArrayRows.of(batches[i]), joined[i]);
      all = joined[i];
    }
    return all;
  }

  @Override
  public Rows forwardAs(float[] params, Rows input, int... classes) {
    return new ArrayRows(network.forwardAs(params, ArrayRows.of(input), classes));
  }

  @Override
  public void backwardToParameters(Rows epsilon) {
    network.backwardToParameters(ArrayRows.of(epsilon));
  }

  @Override
  public void backwardToParameters(double[] epsilon) {
    network.backwardToParameters(array(epsilon));
  }

  @Override
  public Rows backwardToInput(double[] epsilon) {
    return new ArrayRows(network.backwardToInput(array(epsilon)));
  }

  private INDArray array(double[] epsilon) {
    return HostArrays.toArray(network.dataType(), epsilon, rows, epsilon.length / rows);
  }

  @Override
  public double[] featureMeans(int layer, Rows input, int... classes) {
    rows = input.count();
    double[] features = HostArrays.doubles(network.features(layer, ArrayRows.of(input), classes));
    double[] means = new double[features.length / rows];
    for (int i = 0; i < features.length; i++) {
      means[i % means.length] += features[i] / rows;
    }
    return means;
  }

  @Override
  public Rows backwardFromFeatureMeans(double[] epsilon) {
    double[] ofRows = new double[rows * epsilon.length];
    for (int i = 0; i < ofRows.length; i++) {
      ofRows[i] = epsilon[i % epsilon.length];
    }
    return new ArrayRows(network.backwardFromFeatures(array(ofRows)));
  }

  @Override
  public double penaliseSlopes(double weight, double target, Rows input, int... classes) {
    throw new UnsupportedOperationException("Deeplearning4j has no second derivatives");
  }

  @Override
  public void keepGradient() {
    kept = network.sumGradient(kept, passes++);
  }

  @Override
  public void addKeptGradients() {
    network.addGradient(kept, passes);
    passes = 0;
  }

  @Override
  public double[] gradient() {
    return HostArrays.doubles(network.gradient());
  }

  @Override
  public void replaceGradient(double[] gradient) {
    network.gradient().assign(Nd4j.createFromArray(gradient).castTo(network.dataType()));
  }

  @Override
  public DoubleSupplier update(int batchSize) {
    double norm = network.update(batchSize);
    return () -> norm;
  }

  @Override
  public void clip(double bound) {
    network.clip(bound);
  }

  @Override
  public NetworkState state() {
    return network.state();
  }

  @Override
  public void load(NetworkState state) {
    network.load(state);
  }
}
