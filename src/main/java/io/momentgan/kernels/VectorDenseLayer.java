package io.momentgan.kernels;

import io.momentgan.kernels.loops.HeapActivation;
import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.kernels.loops.MatrixProducts;
import io.momentgan.kernels.loops.MatrixProducts.Factor;
import io.momentgan.kernels.loops.Pieces;
import io.momentgan.kernels.loops.ReusedMemory;
import io.momentgan.kernels.loops.Vectors;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Runs a {@link VectorDense}: three matrix products. */
final class VectorDenseLayer extends FastLayer<DenseLayer> {
  private static final long serialVersionUID = 1L;

  private static final MatrixProducts PRODUCTS = MatrixProducts.inUse();

  private final transient ReusedMemory outputMemory = new ReusedMemory();
  private final transient ReusedMemory errorMemory = new ReusedMemory();
  private final transient ReusedMemory inputErrorMemory = new ReusedMemory();
  private transient INDArray rows;
  private transient float[] results;

  VectorDenseLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  @Override
  public Tensor forward(Tensor input) {
    rows = HostArrays.block(input.array());
    int n = (int) rows.size(0);
    int in = (int) rows.size(1);
    int out = outputs();
    INDArray result = outputMemory.array(n, out);
    FloatPointer memory = Pieces.pointer(result);
    Factor weights = Factor.transposed(weights(), in); // ND4J keeps [in, out] by columns
    PRODUCTS.multiply(Factor.of(Pieces.pointer(rows), in), weights, n, out, in, 0, memory, out);
    results = outputMemory.heap(n * out);
    float[] bias = inEachRow(HostArrays.floats(getParam(DefaultParamInitializer.BIAS_KEY)));
    HeapActivation function = HeapActivation.of(layerConf().getActivationFn());
    float[] values = new float[bias.length];
    for (int from = 0; from < n * out; from += values.length) {
      int length = Math.min(values.length, n * out - from);
      memory.position(from).get(values, 0, length);
      Vectors.add(values, bias, length);
      function.activate(values, 0, length);
      if (function != HeapActivation.IDENTITY) {
        memory.position(from).put(values, 0, length);
      }
      System.arraycopy(values, 0, results, from, length);
    }
    return function == HeapActivation.IDENTITY
        ? Tensor.of(results, outputMemory, n, out)
        : Tensor.of(result, results);
  }

  @Override
  public Tensor backward(Tensor epsilon) {
    int n = (int) rows.size(0);
    int in = (int) rows.size(1);
    int out = outputs();
    FloatPointer errors = Pieces.pointer(errorMemory.array(n, out));
    float[] bias = toErrors(epsilon, errors, n);
    errors.position(0);
    if (needsGradients()) {
      Factor columns = Factor.transposed(errors, out);
      FloatPointer gradient = Pieces.pointer(gradientViews.get(DefaultParamInitializer.WEIGHT_KEY));
      PRODUCTS.multiply(columns, Factor.of(Pieces.pointer(rows), in), out, in, n, 0, gradient, in);
      Pieces.pointer(gradientViews.get(DefaultParamInitializer.BIAS_KEY)).put(bias);
    }
    INDArray inputErrors = inputErrorMemory.array(n, in);
    if (needsInputErrors()) {
      FloatPointer into = Pieces.pointer(inputErrors);
      PRODUCTS.multiply(Factor.of(errors, out), Factor.of(weights(), in), n, in, out, 0, into, in);
    }
    return Tensor.of(inputErrors);
  }

  /** Backpropagates through the activation function; returns the sums of the columns. */
  private float[] toErrors(Tensor from, FloatPointer to, int n) {
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
      Vectors.add(sums, values, length);
      to.position(first).put(values, 0, length);
    }
    float[] columns = new float[out];
    for (int at = 0; at < sums.length; at++) {
      columns[at % out] += sums[at];
    }
    return columns;
  }

  /** Repeats a row for each row of a piece. */
  private float[] inEachRow(float[] row) {
    float[] rows = new float[piece()];
    for (int at = 0; at < rows.length; at += row.length) {
      System.arraycopy(row, 0, rows, at, row.length);
    }
    return rows;
  }

  /** Length of the rows that fit the first-level cache together. */
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
