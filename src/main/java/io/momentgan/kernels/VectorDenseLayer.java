package io.momentgan.kernels;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.feedforward.dense.DenseLayer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The working side of {@link VectorDense}: three matrix products by the BLAS. */
final class VectorDenseLayer extends DenseLayer implements PartialBackward {
  private static final long serialVersionUID = 1L;

  private transient INDArray rows;
  private transient INDArray sums;
  private transient float[] line;
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
    rows = HeapArrays.block(input);
    int n = (int) rows.size(0);
    int in = (int) rows.size(1);
    int out = outputs();
    if (sums == null || sums.size(0) != n) {
      sums = Nd4j.createUninitializedDetached(dataType, 'c', n, out);
      line = new float[out];
    }
    // ND4J keeps the weights [in, out] by columns.
    product(false, true, n, out, in, Pieces.pointer(rows), weights(), Pieces.pointer(sums));
    addBias(n);
    INDArray result =
        workspaces.createUninitialized(ArrayType.ACTIVATIONS, dataType, new long[] {n, out}, 'c');
    Pointer.memcpy(
        Pieces.pointer(result), Pieces.pointer(sums), (long) Float.BYTES * sums.length());
    return layerConf().getActivationFn().getActivation(result, training);
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
    int n = (int) rows.size(0);
    int in = (int) rows.size(1);
    int out = outputs();
    INDArray errors =
        HeapArrays.block(
            layerConf().getActivationFn().backprop(sums, HeapArrays.block(epsilon)).getFirst());
    INDArray weightGradient = gradientViews.get(DefaultParamInitializer.WEIGHT_KEY);
    INDArray biasGradient = gradientViews.get(DefaultParamInitializer.BIAS_KEY);
    if (needsGradients) {
      product(
          true,
          false,
          out,
          in,
          n,
          Pieces.pointer(errors),
          Pieces.pointer(rows),
          Pieces.pointer(weightGradient));
      Pieces.pointer(biasGradient).put(columnSums(Pieces.pointer(errors), n));
    }
    Gradient gradient = new DefaultGradient();
    gradient.setGradientFor(DefaultParamInitializer.WEIGHT_KEY, weightGradient);
    gradient.setGradientFor(DefaultParamInitializer.BIAS_KEY, biasGradient);
    weightNoiseParams.clear();
    INDArray back =
        workspaces.createUninitialized(
            ArrayType.ACTIVATION_GRAD, dataType, new long[] {n, in}, 'c');
    if (needsErrors) {
      product(false, false, n, in, out, Pieces.pointer(errors), weights(), Pieces.pointer(back));
    }
    return new Pair<>(gradient, backpropDropOutIfPresent(back));
  }

  private static void product(
      boolean transposeA,
      boolean transposeB,
      int height,
      int width,
      int inner,
      FloatPointer a,
      FloatPointer b,
      FloatPointer c) {
    openblas.cblas_sgemm(
        openblas.CblasRowMajor,
        transposeA ? openblas.CblasTrans : openblas.CblasNoTrans,
        transposeB ? openblas.CblasTrans : openblas.CblasNoTrans,
        height,
        width,
        inner,
        1,
        a,
        transposeA ? height : inner,
        b,
        transposeB ? inner : width,
        0,
        c,
        width);
  }

  private void addBias(int n) {
    float[] bias = HeapArrays.of(getParam(DefaultParamInitializer.BIAS_KEY));
    FloatPointer pointer = Pieces.pointer(sums);
    for (int i = 0; i < n; i++) {
      pointer.position((long) i * line.length).get(line);
      for (int j = 0; j < line.length; j++) {
        line[j] += bias[j];
      }
      pointer.position((long) i * line.length).put(line);
    }
  }

  private float[] columnSums(FloatPointer errors, int n) {
    float[] result = new float[line.length];
    for (int i = 0; i < n; i++) {
      errors.position((long) i * line.length).get(line);
      for (int j = 0; j < line.length; j++) {
        result[j] += line[j];
      }
    }
    return result;
  }

  private FloatPointer weights() {
    return Pieces.pointer(getParam(DefaultParamInitializer.WEIGHT_KEY));
  }

  private int outputs() {
    return (int) layerConf().getNOut();
  }
}
