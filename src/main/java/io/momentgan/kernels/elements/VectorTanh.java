package io.momentgan.kernels.elements;

import io.momentgan.kernels.loops.HeapActivation;
import io.momentgan.kernels.loops.Pieces;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The hyperbolic tangent by vector instructions: a rational approximation (degree 13 over degree 6,
 * coefficients of Eigen's {@code ptanh}) with an error of at most 3e-7.
 */
public final class VectorTanh extends ActivationTanH implements HeapActivation {
  private static final long serialVersionUID = 1L;

  private static final float BOUND = 7.905311f; // for larger values, the result rounds to 1

  @Override
  public INDArray getActivation(INDArray in, boolean training) {
    if (!Pieces.fit(in)) {
      return super.getActivation(in, training);
    }
    Pieces.replace(in, (values, length) -> tanh(values, 0, length));
    return in;
  }

  @Override
  public Pair<INDArray, INDArray> backprop(INDArray in, INDArray epsilon) {
    if (!Pieces.fit(in, epsilon)) {
      return super.backprop(in, epsilon);
    }
    assertShape(in, epsilon);
    Pieces.replace(in, epsilon, VectorTanh::gradient);
    return new Pair<>(in, null);
  }

  @Override
  public void activate(float[] values, int from, int to) {
    tanh(values, from, to);
  }

  @Override
  public void backprop(float[] errors, float[] results, int from, int to) {
    for (int i = from; i < to; i++) {
      errors[i] *= 1 - results[i] * results[i];
    }
  }

  private static void gradient(float[] values, float[] epsilon, int length) {
    tanh(values, 0, length);
    for (int i = 0; i < length; i++) {
      values[i] = epsilon[i] * (1 - values[i] * values[i]);
    }
  }

  static void tanh(float[] values, int from, int to) {
    for (int i = from; i < to; i++) {
      float x = Math.max(-BOUND, Math.min(BOUND, values[i]));
      float s = x * x;
      float p = -2.7607684e-16f;
      p = p * s + 2.000188e-13f;
      p = p * s - 8.604672e-11f;
      p = p * s + 5.1222973e-8f;
      p = p * s + 1.48572235e-5f;
      p = p * s + 6.3726195e-4f;
      p = p * s + 4.8935246e-3f;
      float q = 1.1982584e-6f;
      q = q * s + 1.1853471e-4f;
      q = q * s + 2.2684347e-3f;
      q = q * s + 4.893525e-3f;
      values[i] = Math.max(-1f, Math.min(1f, x * p / q));
    }
  }
}
