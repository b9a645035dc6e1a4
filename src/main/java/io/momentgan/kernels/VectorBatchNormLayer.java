package io.momentgan.kernels;

import io.momentgan.kernels.loops.Channels;
import io.momentgan.kernels.loops.HeapActivation;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.kernels.loops.Pieces;
import io.momentgan.kernels.loops.ReusedMemory;
import io.momentgan.kernels.loops.Vectors;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.normalization.BatchNormalization;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Runs a {@link VectorBatchNorm}. */
final class VectorBatchNormLayer extends BatchNormalization implements TensorLayer {
  private static final long serialVersionUID = 1L;

  private final transient ReusedMemory inputMemory = new ReusedMemory();
  private final transient ReusedMemory outputMemory = new ReusedMemory();
  private final transient ReusedMemory errorMemory = new ReusedMemory();
  private transient Channels channels;
  private transient float[] inputs;
  private transient float[] results;
  private transient float[] errors;
  private transient Channels.Shift shift;
  private transient double[] deviation;
  private transient double[] mean;
  private transient double[] variance;

  VectorBatchNormLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  /** Normalises by the statistics of the batch in training, else as the stock layer does. */
  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    if (!training) {
      return layerConf().getActivationFn().getActivation(super.activate(false, workspaces), false);
    }
    return forward(Tensor.of(input)).array();
  }

  @Override
  public Tensor forward(Tensor input) {
    channels = Channels.of(input.shape());
    inputs = input.heap(inputMemory);
    takeStatistics();
    shift = channels.shift(mean);
    float[] gammas = parameter(BatchNormalizationParamInitializer.GAMMA);
    float[] factor = new float[gammas.length];
    for (int c = 0; c < gammas.length; c++) {
      factor[c] = (float) (gammas[c] / deviation[c]);
    }
    float[][] factors = channels.spread(factor);
    float[][] betas = channels.spread(parameter(BatchNormalizationParamInitializer.BETA));
    HeapActivation function = HeapActivation.of(layerConf().getActivationFn());
    results = outputMemory.heap(channels.length());
    float[] values = new float[Pieces.LENGTH];
    channels.visit(
        (piece, from, length) -> {
          System.arraycopy(inputs, from, values, 0, length);
          shift.scaleAndAdd(values, factors[piece], betas[piece], piece, length);
          function.activate(values, 0, length);
          System.arraycopy(values, 0, results, from, length);
        });
    return Tensor.of(results, outputMemory, input.shape());
  }

  /** Computes mean and variance in one pass over the differences from the mean of some values. */
  private void takeStatistics() {
    float[] about = channels.meansOfSome(inputs);
    Channels.ChannelSums sums = channels.sumsAbout(inputs, about);
    mean = sums.values();
    variance = sums.products();
    deviation = new double[variance.length];
    for (int c = 0; c < variance.length; c++) {
      double rest = mean[c] / channels.perChannel();
      mean[c] = about[c] + rest;
      variance[c] = Math.max(0, variance[c] / channels.perChannel() - rest * rest);
      deviation[c] = Math.sqrt(variance[c] + layerConf().getEps());
    }
  }

  private float[] parameter(String name) {
    return HostArrays.floats(getParam(name));
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    INDArray inputErrors = backward(Tensor.of(epsilon)).array();
    return new Pair<>(FastLayer.gradient(gradientViews), inputErrors);
  }

  @Override
  public Tensor backward(Tensor epsilon) {
    errors = epsilon.heap(errorMemory);
    Channels.ChannelSums sums = toErrors();
    double[] beta = sums.values();
    double[] gamma = sums.products();
    float[] gammas = parameter(BatchNormalizationParamInitializer.GAMMA);
    float[] factor = new float[gammas.length];
    float[] ofCentred = new float[gammas.length];
    float[] rest = new float[gammas.length];
    for (int c = 0; c < gammas.length; c++) {
      gamma[c] /= deviation[c];
      double f = gammas[c] / deviation[c];
      factor[c] = (float) f;
      ofCentred[c] = (float) (-f * gamma[c] / channels.perChannel() / deviation[c]);
      rest[c] = (float) (-f * beta[c] / channels.perChannel());
    }
    double decay = layerConf().getDecay();
    put(BatchNormalizationParamInitializer.GAMMA, gamma);
    put(BatchNormalizationParamInitializer.BETA, beta);
    // The updater subtracts these gradients as they are, so they are the steps of the averages.
    step(BatchNormalizationParamInitializer.GLOBAL_MEAN, mean, 1 - decay);
    step(BatchNormalizationParamInitializer.GLOBAL_VAR, variance, 1 - decay);
    toInput(factor, ofCentred, rest);
    return Tensor.of(errors, errorMemory, epsilon.shape());
  }

  /**
   * Backpropagates through the activation function; sums the errors and their products with the
   * centred input.
   */
  private Channels.ChannelSums toErrors() {
    HeapActivation function = HeapActivation.of(layerConf().getActivationFn());
    float[] some = new float[Pieces.LENGTH];
    float[] other = new float[Pieces.LENGTH];
    return channels.sums(
        (piece, from, length, sums, products) -> {
          System.arraycopy(errors, from, some, 0, length);
          System.arraycopy(results, from, other, 0, length);
          function.backprop(some, other, 0, length);
          System.arraycopy(some, 0, errors, from, length);
          System.arraycopy(inputs, from, other, 0, length);
          shift.subtract(other, piece, length);
          Vectors.add(sums, some, length);
          Channels.addProducts(some, other, products, length);
        });
  }

  /** Computes errors * factor + centred input * ofCentred + rest by channel, in place. */
  private void toInput(float[] factor, float[] ofCentred, float[] rest) {
    float[][] factors = channels.spread(factor);
    float[][] ofOthers = channels.spread(ofCentred);
    float[][] rests = channels.spread(rest);
    float[] some = new float[Pieces.LENGTH];
    float[] other = new float[Pieces.LENGTH];
    channels.visit(
        (piece, from, length) -> {
          System.arraycopy(errors, from, some, 0, length);
          System.arraycopy(inputs, from, other, 0, length);
          shift.subtract(other, piece, length);
          Channels.combine(some, factors[piece], other, ofOthers[piece], rests[piece], length);
          System.arraycopy(some, 0, errors, from, length);
        });
  }

  private void step(String running, double[] ofBatch, double rate) {
    float[] now = parameter(running);
    double[] step = new double[now.length];
    for (int c = 0; c < step.length; c++) {
      step[c] = rate * (now[c] - ofBatch[c]);
    }
    put(running, step);
  }

  private void put(String parameter, double[] values) {
    Pieces.pointer(gradientViews.get(parameter)).put(HostArrays.floats(values));
  }
}
