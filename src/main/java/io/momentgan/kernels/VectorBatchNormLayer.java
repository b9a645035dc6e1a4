package io.momentgan.kernels;

import org.bytedeco.javacpp.FloatPointer;
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
final class VectorBatchNormLayer extends BatchNormalization {
  private static final long serialVersionUID = 1L;

  private final transient Reused forward = new Reused();
  private final transient Reused back = new Reused();
  private transient Channels channels;
  private transient float[] normalised;
  private transient float[] results;
  private transient float[] errors;
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
    channels = Channels.of(input.shape());
    normalised = HeapArrays.sized(normalised, channels.length());
    mean = channels.load(Pieces.pointer(HeapArrays.block(input)), normalised);
    scale(mean, 1.0 / channels.perChannel());
    // The sums were partly in float: what they left of the mean goes too.
    Channels.Shift shift = channels.shift(mean);
    Channels.Sums left = channels.sums(normalised, shift);
    double[] rest = left.values();
    scale(rest, 1.0 / channels.perChannel());
    variance = left.products();
    scale(variance, 1.0 / channels.perChannel());
    deviation = new double[variance.length];
    float[] inverse = new float[variance.length];
    float[] centre = new float[variance.length];
    for (int c = 0; c < variance.length; c++) {
      mean[c] += rest[c];
      variance[c] -= rest[c] * rest[c];
      deviation[c] = Math.sqrt(variance[c] + layerConf().getEps());
      inverse[c] = (float) (1 / deviation[c]);
      centre[c] = (float) (-rest[c] / deviation[c]);
    }
    return normalise(shift, channels.spread(inverse), channels.spread(centre));
  }

  private INDArray normalise(Channels.Shift shift, float[][] factors, float[][] shifts) {
    float[][] gammas = spread(BatchNormalizationParamInitializer.GAMMA);
    float[][] betas = spread(BatchNormalizationParamInitializer.BETA);
    HeapActivation function = HeapActivation.of(layerConf().getActivationFn());
    INDArray out = forward.get(input.shape());
    FloatPointer memory = Pieces.pointer(out);
    results = HeapArrays.sized(results, normalised.length);
    float[] values = new float[Pieces.LENGTH];
    float[] active = new float[Pieces.LENGTH];
    channels.visit(
        (piece, from, length) -> {
          System.arraycopy(normalised, from, values, 0, length);
          shift.subtract(values, piece, length);
          Channels.scaleAndShift(values, factors[piece], shifts[piece], values, length);
          Channels.scaleAndShift(values, gammas[piece], betas[piece], active, length);
          function.activate(active, 0, length);
          System.arraycopy(values, 0, normalised, from, length);
          System.arraycopy(active, 0, results, from, length);
          memory.position(from).put(active, 0, length);
        });
    return out;
  }

  private float[][] spread(String parameter) {
    return channels.spread(HeapArrays.of(getParam(parameter)));
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    errors = HeapArrays.sized(errors, channels.length());
    Channels.Sums sums = toErrors(Pieces.pointer(HeapArrays.block(epsilon)));
    double[] beta = sums.values();
    double[] gamma = sums.products();
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
    return new Pair<>(gradient, toInput(factor, ofNormalised, shift));
  }

  /** From errors by what left the layer to those before the activation, and their sums. */
  private Channels.Sums toErrors(FloatPointer epsilon) {
    HeapActivation function = HeapActivation.of(layerConf().getActivationFn());
    float[] some = new float[Pieces.LENGTH];
    float[] other = new float[Pieces.LENGTH];
    return channels.sums(
        (piece, from, length, sums, products) -> {
          epsilon.position(from).get(some, 0, length);
          System.arraycopy(results, from, other, 0, length);
          function.backprop(some, other, 0, length);
          System.arraycopy(some, 0, errors, from, length);
          System.arraycopy(normalised, from, other, 0, length);
          Channels.add(some, sums, length);
          Channels.addProducts(some, other, products, length);
        });
  }

  /** errors * factor + normalised * ofNormalised + shift, per channel. */
  private INDArray toInput(float[] factor, float[] ofNormalised, float[] shift) {
    float[][] factors = channels.spread(factor);
    float[][] ofOthers = channels.spread(ofNormalised);
    float[][] shifts = channels.spread(shift);
    float[] some = new float[Pieces.LENGTH];
    float[] other = new float[Pieces.LENGTH];
    INDArray out = back.get(input.shape());
    FloatPointer memory = Pieces.pointer(out);
    channels.visit(
        (piece, from, length) -> {
          System.arraycopy(errors, from, some, 0, length);
          System.arraycopy(normalised, from, other, 0, length);
          Channels.combine(some, factors[piece], other, ofOthers[piece], shifts[piece], length);
          memory.position(from).put(some, 0, length);
        });
    return out;
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
    INDArray view = gradientViews.get(key);
    Pieces.pointer(view).put(HeapArrays.floats(values));
    gradient.setGradientFor(key, view);
  }

  private static void scale(double[] values, double factor) {
    for (int c = 0; c < values.length; c++) {
      values[c] *= factor;
    }
  }
}
