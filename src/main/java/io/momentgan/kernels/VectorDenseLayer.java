package io.momentgan.kernels;

import io.momentgan.kernels.loops.HeapActivation;
import io.momentgan.kernels.loops.HeapArrays;
import io.momentgan.kernels.loops.HeapMemory;
import io.momentgan.kernels.loops.MatrixProducts;
import io.momentgan.kernels.loops.MatrixProducts.Factor;
import io.momentgan.kernels.loops.Pieces;
import io.momentgan.kernels.loops.Reused;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.feedforward.dense.DenseLayer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The working side of {@link VectorDense}: three matrix products. */
final class VectorDenseLayer extends DenseLayer implements PartialBackward, ValuesLayer {
  private static final long serialVersionUID = 1L;

  private static final MatrixProducts PRODUCTS = MatrixProducts.inUse();

  private final transient Reused forward = new Reused();
  private final transient Reused back = new Reused();
  private final transient Reused errorMemory = new Reused();
  private final transient HeapMemory resultMemory = new HeapMemory();
  private transient INDArray rows;
  private transient float[] results;
  private transient boolean needsGradients = true;
  private transient boolean needsErrors = true;

  VectorDenseLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  @Override
  public void compute(boolean gradients, boolean errors) {
    needsGradients = gradients;
    needsErrors = errors;
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    applyDropOutIfNecessary(training, workspaces);
    return forward(Values.of(input)).array();
  }

  @Override
  public Values forward(Values input) {
    rows = HeapArrays.block(input.array());
    int n = (int) rows.size(0);
    int in = (int) rows.size(1);
    int out = outputs();
    INDArray result = forward.get(n, out);
    FloatPointer memory = Pieces.pointer(result);
    // ND4J keeps the weights [in, out] by columns.
    PRODUCTS.multiply(
        Factor.of(Pieces.pointer(rows), in),
        Factor.transposed(weights(), in),
        n,
        out,
        in,
        0,
        memory,
        out);
    results = resultMemory.get(n * out);
    float[] bias = inEachRow(HeapArrays.of(getParam(DefaultParamInitializer.BIAS_KEY)));
    HeapActivation function = HeapActivation.of(layerConf().getActivationFn());
    float[] values = new float[bias.length];
    for (int from = 0; from < n * out; from += values.length) {
      int length = Math.min(values.length, n * out - from);
      memory.position(from).get(values, 0, length);
      add(bias, values, length);
      function.activate(values, 0, length);
      if (function != HeapActivation.IDENTITY) {
        memory.position(from).put(values, 0, length);
      }
      System.arraycopy(values, 0, results, from, length);
    }
    return function == HeapActivation.IDENTITY
        ? Values.of(results, forward, n, out)
        : Values.of(result, results);
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    INDArray toInput = backward(Values.of(epsilon)).array();
    Gradient gradient = new DefaultGradient();
    gradientViews.forEach(gradient::setGradientFor);
    weightNoiseParams.clear();
    return new Pair<>(gradient, backpropDropOutIfPresent(toInput));
  }

  @Override
  public Values backward(Values epsilon) {
    int n = (int) rows.size(0);
    int in = (int) rows.size(1);
    int out = outputs();
    FloatPointer memory = Pieces.pointer(errorMemory.get(n, out));
    float[] bias = toErrors(epsilon, memory, n);
    memory.position(0);
    if (needsGradients) {
      INDArray weightGradient = gradientViews.get(DefaultParamInitializer.WEIGHT_KEY);
      PRODUCTS.multiply(
          Factor.transposed(memory, out),
          Factor.of(Pieces.pointer(rows), in),
          out,
          in,
          n,
          0,
          Pieces.pointer(weightGradient),
          in);
      Pieces.pointer(gradientViews.get(DefaultParamInitializer.BIAS_KEY)).put(bias);
    }
    INDArray toInput = back.get(n, in);
    if (needsErrors) {
      PRODUCTS.multiply(
          Factor.of(memory, out),
          Factor.of(weights(), in),
          n,
          in,
          out,
          0,
          Pieces.pointer(toInput),
          in);
    }
    return Values.of(toInput);
  }

  /** From errors by what left the layer to those before the activation, and their column sums. */
  private float[] toErrors(Values from, FloatPointer to, int n) {
    int out = outputs();
    float[] sums = new float[piece()];
    float[] values = new float[sums.length];
    float[] result = new float[sums.length];
    HeapActivation function = HeapActivation.of(layerConf().getActivationFn());
    for (int first = 0; first < n * out; first += sums.length) {
      int length = Math.min(sums.length, n * out - first);
      from.read(first, values, length);
      if (function != HeapActivation.IDENTITY) {
        System.arraycopy(results, first, result, 0, length);
        function.backprop(values, result, 0, length);
      }
      add(values, sums, length);
      to.position(first).put(values, 0, length);
    }
    float[] columns = new float[out];
    for (int at = 0; at < sums.length; at++) {
      columns[at % out] += sums[at];
    }
    return columns;
  }

  // One index for both arrays: the compiler leaves other loops scalar.
  private static void add(float[] terms, float[] sums, int length) {
    for (int j = 0; j < length; j++) {
      sums[j] += terms[j];
    }
  }

  /** A row as many times as rows fit a piece. */
  private float[] inEachRow(float[] row) {
    float[] rows = new float[piece()];
    for (int at = 0; at < rows.length; at += row.length) {
      System.arraycopy(row, 0, rows, at, row.length);
    }
    return rows;
  }

  /** Values of as many rows as fit the first-level cache. */
  private int piece() {
    return Math.max(1, Pieces.LENGTH / outputs()) * outputs();
  }

  private FloatPointer weights() {
    return Pieces.pointer(getParam(DefaultParamInitializer.WEIGHT_KEY));
  }

  private int outputs() {
    return (int) layerConf().getNOut();
  }
}
