package io.momentgan.kernels;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.normalization.BatchNormalization;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The working side of {@link VectorBatchNorm}. */
final class VectorBatchNormLayer extends BatchNormalization {
  private static final long serialVersionUID = 1L;

  private transient Channels channels;
  private transient float[] normalised;
  private transient float[] result;
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
      return super.activate(false, workspaces);
    }
    channels = Channels.of(input.shape());
    normalised = HeapArrays.of(input, normalised);
    mean = channels.sums(normalised);
    scale(mean, 1.0 / channels.perChannel());
    channels.shift(normalised, mean);
    variance = channels.products(normalised, normalised);
    scale(variance, 1.0 / channels.perChannel());
    deviation = new double[variance.length];
    float[] inverse = new float[variance.length];
    for (int c = 0; c < variance.length; c++) {
      deviation[c] = Math.sqrt(variance[c] + layerConf().getEps());
      inverse[c] = (float) (1 / deviation[c]);
    }
    channels.scale(normalised, inverse);
    result = HeapArrays.sized(result, normalised.length);
    System.arraycopy(normalised, 0, result, 0, result.length);
    channels.scaleAndShift(
        result,
        HeapArrays.of(getParam(BatchNormalizationParamInitializer.GAMMA)),
        HeapArrays.of(getParam(BatchNormalizationParamInitializer.BETA)));
    return HeapArrays.put(
        result,
        workspaces.createUninitialized(ArrayType.ACTIVATIONS, dataType, input.shape(), 'c'));
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    // What went out is not looked at again: its memory serves.
    float[] errors = HeapArrays.of(epsilon, result);
    double[] beta = channels.sums(errors);
    double[] gamma = channels.products(errors, normalised);
    float[] gammas = HeapArrays.of(getParam(BatchNormalizationParamInitializer.GAMMA));
    float[] factor = new float[gammas.length];
    float[] ofNormalised = new float[gammas.length];
    float[] shift = new float[gammas.length];
    for (int c = 0; c < gammas.length; c++) {
      double f = gammas[c] / deviation[c];
      factor[c] = (float) f;
      ofNormalised[c] = (float) (-f * gamma[c] / channels.perChannel());
      shift[c] = (float) (-f * beta[c] / channels.perChannel());
    }
    channels.combine(errors, factor, normalised, ofNormalised, shift);
    double decay = layerConf().getDecay();
    Gradient gradient = new DefaultGradient();
    put(gradient, BatchNormalizationParamInitializer.GAMMA, gamma);
    put(gradient, BatchNormalizationParamInitializer.BETA, beta);
    // Running averages move by what the updater, which leaves these alone, subtracts.
    put(
        gradient,
        BatchNormalizationParamInitializer.GLOBAL_MEAN,
        step(BatchNormalizationParamInitializer.GLOBAL_MEAN, mean, 1 - decay));
    put(
        gradient,
        BatchNormalizationParamInitializer.GLOBAL_VAR,
        step(BatchNormalizationParamInitializer.GLOBAL_VAR, variance, 1 - decay));
    INDArray back =
        workspaces.createUninitialized(ArrayType.ACTIVATION_GRAD, dataType, epsilon.shape(), 'c');
    return new Pair<>(gradient, HeapArrays.put(errors, back));
  }

  private double[] step(String running, double[] ofBatch, double rate) {
    float[] now = HeapArrays.of(getParam(running));
    double[] step = new double[now.length];
    for (int c = 0; c < step.length; c++) {
      step[c] = rate * (now[c] - ofBatch[c]);
    }
    return step;
  }

  private void put(Gradient gradient, String key, double[] values) {
    float[] floats = new float[values.length];
    for (int c = 0; c < floats.length; c++) {
      floats[c] = (float) values[c];
    }
    INDArray view = gradientViews.get(key);
    Pieces.pointer(view).put(floats);
    gradient.setGradientFor(key, view);
  }

  private static void scale(double[] values, double factor) {
    for (int c = 0; c < values.length; c++) {
      values[c] *= factor;
    }
  }
}
