package io.momentgan.kernels.batch;

import io.momentgan.kernels.FastLayer;
import io.momentgan.kernels.Tensor;
import io.momentgan.kernels.loops.HostArrays;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Runs a {@link MinibatchDiscrimination}: products by ND4J, pairs of rows in {@link Similarities}.
 */
public final class MinibatchDiscriminationLayer extends FastLayer<MinibatchDiscrimination> {
  private static final long serialVersionUID = 1L;

  private static final INDArrayIndex ALL = NDArrayIndex.all();
  private static final double SMALLEST_DISTANCE = 1e-8; // of rows that differ

  private final transient Similarities similarities;
  private transient INDArray features;
  private transient INDArray norms;
  private transient INDArray weights;

  MinibatchDiscriminationLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
    similarities = new Similarities(layerConf().kernels(), layerConf().dimensions());
  }

  @Override
  @SuppressWarnings("try") // the scope is closed, and needs no name
  public Tensor forward(Tensor input) {
    try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      features = input.array();
      return Tensor.of(output(similarities.sums(products())));
    }
  }

  /** Returns f W [n, dimensions * kernels]. */
  private double[] products() {
    INDArray theta = getParam(MinibatchDiscrimination.THETA);
    norms = theta.norm2(true, 0);
    weights = theta.mulRowVector(scale());
    return HostArrays.doubles(features.mmul(weights));
  }

  private INDArray output(double[] sums) {
    INDArray closeness =
        HostArrays.toArray(dataType, sums, features.size(0), layerConf().kernels())
            .addiRowVector(getParam(MinibatchDiscrimination.BIAS));
    return Nd4j.concat(1, features, closeness);
  }

  /** Returns exp(s) / norm of theta, for each column. */
  private INDArray scale() {
    return Transforms.exp(getParam(MinibatchDiscrimination.SCALE), true).divi(norms);
  }

  /**
   * Gives s and the bias their first values by a batch, as the authors' code does: for each kernel,
   * half the mean distance between a row and the nearest other one becomes 1, then the mean of o
   * becomes 0. A training pass, with dropout.
   *
   * @param rows at least 2 rows [n, inputs]
   * @return the outputs of the pass, after that
   */
  public INDArray initialise(INDArray rows) {
    setInput(rows, LayerWorkspaceMgr.noWorkspaces());
    applyDropOutIfNecessary(true, LayerWorkspaceMgr.noWorkspaces());
    features = input;
    int kernels = layerConf().kernels();
    double[] nearest = similarities.nearest(products());
    double[] scales = HostArrays.doubles(getParam(MinibatchDiscrimination.SCALE));
    for (int i = 0; i < scales.length; i++) {
      double distance = nearest[i % kernels];
      scales[i] -= distance > SMALLEST_DISTANCE ? Math.log(distance / 2) : 0;
    }
    set(MinibatchDiscrimination.SCALE, scales);
    double[] sums = similarities.sumsOnly(products());
    double[] bias = new double[kernels];
    for (int i = 0; i < sums.length; i++) {
      bias[i % kernels] -= sums[i] / rows.size(0);
    }
    set(MinibatchDiscrimination.BIAS, bias);
    return output(sums);
  }

  private void set(String name, double[] values) {
    getParam(name).assign(HostArrays.toArray(dataType, values, 1, values.length));
  }

  @Override
  @SuppressWarnings("try") // the scope is closed, and needs no name
  public Tensor backward(Tensor epsilon) {
    try (MemoryWorkspace none = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      INDArray errors = epsilon.array();
      long inputs = features.size(1);
      INDArray ofCloseness = errors.get(ALL, NDArrayIndex.interval(inputs, errors.size(1)));
      double[] ofRows = similarities.backpropagate(HostArrays.doubles(ofCloseness));
      INDArray products = HostArrays.toArray(dataType, ofRows, features.size(0), weights.size(1));
      if (needsGradients()) {
        gradientViews.get(MinibatchDiscrimination.BIAS).assign(ofCloseness.sum(true, 0));
        passGradient(features.transpose().mmul(products));
      }
      INDArray ofFeatures = errors.get(ALL, NDArrayIndex.interval(0, inputs)).dup('c');
      return Tensor.of(
          needsInputErrors() ? ofFeatures.addi(products.mmul(weights.transpose())) : ofFeatures);
    }
  }

  /** Backpropagates from W to theta and s. */
  private void passGradient(INDArray ofWeights) {
    INDArray inner = ofWeights.mul(weights).sum(true, 0);
    gradientViews.get(MinibatchDiscrimination.SCALE).assign(inner);
    INDArray radial =
        getParam(MinibatchDiscrimination.THETA).mulRowVector(inner.div(norms).divi(norms));
    gradientViews
        .get(MinibatchDiscrimination.THETA)
        .assign(ofWeights.muliRowVector(scale()).subi(radial));
  }
}
