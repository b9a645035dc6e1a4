package io.momentgan.kernels.loops;

import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Scales the weights v of each output, of all its inputs, to a norm of their own: w = g v / |v|.
 * Backpropagates as well. Weights lie in memory as [outer, outputs, inner].
 */
// In pieces on the heap, which the JIT compiler vectorises; each array is read and written once.
public final class OutputNorms {
  private static final int PIECE = 8192;

  private final int outer;
  private final int outputs;
  private final int inner;
  private final int rowsAtOnce;
  private final float[] factors;
  private final double[] norms;
  private float[] weights = new float[0];
  private float[] others = new float[0];

  /**
   * Prepares weights of a shape.
   *
   * @param outer number of blocks of all outputs
   * @param outputs number of outputs
   * @param inner weights of an output in a block
   */
  public OutputNorms(int outer, int outputs, int inner) {
    this.outer = outer;
    this.outputs = outputs;
    this.inner = inner;
    // The weights of an output must be on the heap together.
    this.rowsAtOnce = outer == 1 ? Math.max(1, Math.min(outputs, PIECE / inner)) : outputs;
    this.factors = new float[outputs];
    this.norms = new double[outputs];
  }

  /** Returns the number of outputs. */
  public int outputs() {
    return outputs;
  }

  /**
   * Computes w; keeps the norms of v for {@link #backprop}.
   *
   * @param v the parameters, one block
   * @param scales g of each output
   * @param into w, like v
   */
  public void apply(INDArray v, double[] scales, INDArray into) {
    if (!Pieces.fit(v, into)) {
      INDArray blocks = blocks(v);
      keep(HostArrays.doubles(blocks.mul(blocks).sum(0, 2)));
      blocks(into).assign(blocks.mul(perOutput(v, quotients(scales))));
      return;
    }
    FloatPointer from = Pieces.pointer(v);
    FloatPointer to = Pieces.pointer(into);
    weights = heap(weights);
    for (int first = 0; first < outputs; first += rowsAtOnce) {
      int rows = Math.min(rowsAtOnce, outputs - first);
      int length = outer * rows * inner;
      from.position((long) first * inner).get(weights, 0, length);
      for (int r = 0; r < rows; r++) {
        int output = first + r;
        norms[output] = Math.sqrt(productOf(r, rows, weights, weights));
        factors[output] = (float) quotient(scales[output], norms[output]);
      }
      for (int at = 0; at < length; at += inner) {
        scale(weights, at, inner, factors[first + at / inner % rows]);
      }
      to.position((long) first * inner).put(weights, 0, length);
    }
  }

  /**
   * Replaces the gradient with respect to w by the gradient with respect to v (Salimans and Kingma
   * 2016, equation 3).
   *
   * @param v as of the last {@link #apply}
   * @param scales as of the last {@link #apply}
   * @param gradient the gradient with respect to w, like v
   * @return gradient with respect to the scales
   */
  public double[] backprop(INDArray v, double[] scales, INDArray gradient) {
    double[] ofScales = new double[outputs];
    if (!Pieces.fit(v, gradient)) {
      INDArray blocks = blocks(v);
      INDArray slopes = blocks(gradient);
      double[] products = HostArrays.doubles(blocks.mul(slopes).sum(0, 2));
      double[] shares = new double[outputs];
      for (int j = 0; j < outputs; j++) {
        ofScales[j] = quotient(products[j], norms[j]);
        shares[j] = quotient(ofScales[j], norms[j]);
      }
      slopes
          .subi(blocks.mul(perOutput(v, shares)))
          .muli(perOutput(v, quotients(scales)).broadcast(blocks.shape()));
      return ofScales;
    }
    FloatPointer parameters = Pieces.pointer(v);
    FloatPointer slopes = Pieces.pointer(gradient);
    weights = heap(weights);
    others = heap(others);
    for (int first = 0; first < outputs; first += rowsAtOnce) {
      int rows = Math.min(rowsAtOnce, outputs - first);
      int length = outer * rows * inner;
      parameters.position((long) first * inner).get(weights, 0, length);
      slopes.position((long) first * inner).get(others, 0, length);
      for (int r = 0; r < rows; r++) {
        int output = first + r;
        ofScales[output] = quotient(productOf(r, rows, weights, others), norms[output]);
      }
      for (int at = 0; at < length; at += inner) {
        int output = first + at / inner % rows;
        float share = (float) quotient(ofScales[output], norms[output]);
        project(others, weights, at, inner, share, factors[output]);
      }
      slopes.position((long) first * inner).put(others, 0, length);
    }
    return ofScales;
  }

  private float[] heap(float[] earlier) {
    int length = outer * rowsAtOnce * inner;
    return earlier.length < length ? new float[length] : earlier;
  }

  /** Returns the inner product of the values of one of the rows on the heap. */
  private double productOf(int row, int rows, float[] a, float[] b) {
    double sum = 0;
    for (int block = 0; block < outer; block++) {
      sum += product(a, b, (block * rows + row) * inner, inner);
    }
    return sum;
  }

  // Eight sums, as the JIT compiler keeps the order of one.
  private static double product(float[] a, float[] b, int from, int length) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    float s4 = 0;
    float s5 = 0;
    float s6 = 0;
    float s7 = 0;
    int end = from + length;
    int i = from;
    for (; i + 8 <= end; i += 8) {
      s0 += a[i] * b[i];
      s1 += a[i + 1] * b[i + 1];
      s2 += a[i + 2] * b[i + 2];
      s3 += a[i + 3] * b[i + 3];
      s4 += a[i + 4] * b[i + 4];
      s5 += a[i + 5] * b[i + 5];
      s6 += a[i + 6] * b[i + 6];
      s7 += a[i + 7] * b[i + 7];
    }
    double sum = (double) s0 + s1 + s2 + s3 + ((double) s4 + s5 + s6 + s7);
    for (; i < end; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  private static void scale(float[] values, int from, int length, float factor) {
    for (int i = from; i < from + length; i++) {
      values[i] *= factor;
    }
  }

  private static void project(
      float[] slopes, float[] weights, int from, int length, float share, float factor) {
    for (int i = from; i < from + length; i++) {
      slopes[i] = factor * (slopes[i] - share * weights[i]);
    }
  }

  private INDArray blocks(INDArray array) {
    return array.reshape('c', outer, outputs, inner);
  }

  private void keep(double[] squares) {
    for (int j = 0; j < outputs; j++) {
      norms[j] = Math.sqrt(squares[j]);
    }
  }

  private double[] quotients(double[] scales) {
    double[] result = new double[outputs];
    for (int j = 0; j < outputs; j++) {
      result[j] = quotient(scales[j], norms[j]);
    }
    return result;
  }

  /** Divides by a norm; weights that are all 0 stay 0. */
  private static double quotient(double value, double norm) {
    return norm > 0 ? value / norm : 0;
  }

  private INDArray perOutput(INDArray like, double[] values) {
    return Nd4j.createFromArray(values).castTo(like.dataType()).reshape('c', 1, outputs, 1);
  }
}
