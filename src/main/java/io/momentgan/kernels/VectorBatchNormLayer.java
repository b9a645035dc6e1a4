package io.momentgan.kernels;

import io.momentgan.kernels.loops.Channels;
import io.momentgan.kernels.loops.HeapActivation;
import io.momentgan.kernels.loops.HeapArrays;
import io.momentgan.kernels.loops.HeapMemory;
import io.momentgan.kernels.loops.Pieces;
import io.momentgan.kernels.loops.Reused;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.normalization.BatchNormalization;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The working side of {@link VectorBatchNorm}. */
final class VectorBatchNormLayer extends BatchNormalization implements ValuesLayer {
  private static final long serialVersionUID = 1L;

  private final transient Reused forward = new Reused();
  private final transient Reused back = new Reused();
  private final transient HeapMemory inputMemory = new HeapMemory();
  private final transient HeapMemory resultMemory = new HeapMemory();
  private final transient HeapMemory errorMemory = new HeapMemory();
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

  /** In training by the statistics of the batch, else as the stock layer does. */
  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    if (!training) {
      return layerConf().getActivationFn().getActivation(super.activate(false, workspaces), false);
    }
    return forward(Values.of(input)).array();
  }

  @Override
  public Values forward(Values input) {
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
    results = resultMemory.get(channels.length());
    float[] values = new float[Pieces.LENGTH];
    channels.visit(
        (piece, from, length) -> {
          System.arraycopy(inputs, from, values, 0, length);
          shift.scaleAndAdd(values, factors[piece], betas[piece], piece, length);
          function.activate(values, 0, length);
          System.arraycopy(values, 0, results, from, length);
        });
    return Values.of(results, forward, input.shape());
  }

  /** Mean and variance in one pass, of what the values differ from the mean of some. */
  private void takeStatistics() {
    float[] about = channels.meansOfSome(inputs);
    Channels.Sums sums = channels.sumsAbout(inputs, about);
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
    return HeapArrays.of(getParam(name));
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    INDArray toInput = backward(Values.of(epsilon)).array();
    Gradient gradient = new DefaultGradient();
    gradientViews.forEach(gradient::setGradientFor);
    return new Pair<>(gradient, toInput);
  }

  @Override
  public Values backward(Values epsilon) {
    errors = epsilon.heap(errorMemory);
    Channels.Sums sums = toErrors();
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
    // Running averages move by what the updater, which leaves these alone, subtracts.
    step(BatchNormalizationParamInitializer.GLOBAL_MEAN, mean, 1 - decay);
    step(BatchNormalizationParamInitializer.GLOBAL_VAR, variance, 1 - decay);
    toInput(factor, ofCentred, rest);
    return Values.of(errors, back, epsilon.shape());
  }

  /**
   * From errors by what left the layer to those before the activation; their sums, and those of
   * their products with the centred input.
   */
  private Channels.Sums toErrors() {
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
          Channels.add(some, sums, length);
          Channels.addProducts(some, other, products, length);
        });
  }

  /** errors * factor + centred input * ofCentred + rest, per channel. */
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
    Pieces.pointer(gradientViews.get(parameter)).put(HeapArrays.floats(values));
  }
}
