package io.momentgan.kernels.elements;

import io.momentgan.kernels.loops.HeapActivation;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;

/** Softplus, ln(1 + exp(x)), with the derivative 1 - exp(-result). */
// Java's exp and log1p together take 20 ns, and expm1 11. Approximations in double give the same
// floats, but for the few that lie where these are rounded up or down.
public final class VectorSoftplus extends ActivationSoftPlus implements HeapActivation {
  private static final long serialVersionUID = 1L;
  private static final double ERROR = 1e-12; // more than the relative error of an approximation
  private static final double LEAST = 0.01; // below, 1 - exp(-x) loses too many digits
  private static final int PER_UNIT = 64;
  private static final int LIMIT = 20;
  private static final int TERMS = 5;
  private static final double[] TAYLOR = taylor();

  /** Taylor's coefficients of ln(1 + exp(-a)) about the middles of pieces of [0, LIMIT). */
  private static double[] taylor() {
    double[] terms = new double[LIMIT * PER_UNIT * TERMS];
    for (int i = 0; i < LIMIT * PER_UNIT; i++) {
      double middle = (i + 0.5) / PER_UNIT;
      double s = 1 / (1 + Math.exp(middle));
      double slope = s * (1 - s);
      terms[i * TERMS] = Math.log1p(Math.exp(-middle));
      terms[i * TERMS + 1] = -s;
      terms[i * TERMS + 2] = slope / 2;
      terms[i * TERMS + 3] = -slope * (1 - 2 * s) / 6;
      terms[i * TERMS + 4] = slope * (1 - 6 * slope) / 24;
    }
    return terms;
  }

  @Override
  public void activate(float[] values, int from, int to) {
    for (int i = from; i < to; i++) {
      // So that exp never overflows.
      values[i] = Math.max(values[i], 0) + ofNegative(Math.abs(values[i]));
    }
  }

  @Override
  public void backprop(float[] errors, float[] results, int from, int to) {
    for (int i = from; i < to; i++) {
      errors[i] *= oneMinusExp(results[i]);
    }
  }

  /** Returns (float) log1p(exp(-a)) for a of at least 0. */
  private static float ofNegative(float a) {
    if (a < LIMIT) {
      int piece = (int) (a * PER_UNIT);
      double d = a - (piece + 0.5) / PER_UNIT;
      int t = piece * TERMS;
      double cubic = TAYLOR[t + 2] + d * (TAYLOR[t + 3] + d * TAYLOR[t + 4]);
      double value = TAYLOR[t] + d * (TAYLOR[t + 1] + d * cubic);
      if (isClear(value)) {
        return (float) value;
      }
    }
    return (float) Math.log1p(Math.exp(-a));
  }

  /** Returns (float) -expm1(-x). */
  private static float oneMinusExp(double x) {
    double value = 1 - Math.exp(-x);
    return x > LEAST && isClear(value) ? (float) value : (float) -Math.expm1(-x);
  }

  /** Returns whether all values about this one become the same float. */
  private static boolean isClear(double value) {
    return (float) (value * (1 - ERROR)) == (float) (value * (1 + ERROR));
  }
}
