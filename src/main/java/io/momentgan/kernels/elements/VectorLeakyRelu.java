package io.momentgan.kernels.elements;

import io.momentgan.kernels.loops.HeapActivation;
import io.momentgan.kernels.loops.Pieces;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Leaky ReLU max(slope * x, x) by vector instructions. */
public final class VectorLeakyRelu extends ActivationLReLU implements HeapActivation {
  private static final long serialVersionUID = 1L;

  /**
   * Defines a leaky ReLU.
   *
   * @param slope for negative values, in [0, 1)
   */
  public VectorLeakyRelu(double slope) {
    super(slope);
  }

  @Override
  public INDArray getActivation(INDArray in, boolean training) {
    if (!Pieces.fit(in)) {
      return super.getActivation(in, training);
    }
    float slope = (float) getAlpha();
    Pieces.replace(in, (values, length) -> rectify(values, 0, length, slope));
    return in;
  }

  @Override
  public Pair<INDArray, INDArray> backprop(INDArray in, INDArray epsilon) {
    if (!Pieces.fit(in, epsilon)) {
      return super.backprop(in, epsilon);
    }
    assertShape(in, epsilon);
    float slope = (float) getAlpha();
    Pieces.replace(
        in, epsilon, (values, others, length) -> gradient(values, others, length, slope));
    return new Pair<>(in, null);
  }

  @Override
  public void activate(float[] values, int from, int to) {
    rectify(values, from, to, (float) getAlpha());
  }

  @Override
  public void backprop(float[] errors, float[] results, int from, int to) {
    // With slope 0, a result of 0 may come from a negative value.
    backprop(errors, results, from, to, (float) getAlpha(), getAlpha() > 0 ? 1 : 0);
  }

  // Without branches, by operations that the JIT compiler has vector instructions for.
  private static void backprop(
      float[] errors, float[] results, int from, int to, float slope, float atZero) {
    for (int i = from; i < to; i++) {
      float isPositive = Math.min(Math.max(results[i] * Float.MAX_VALUE + atZero, 0), 1);
      errors[i] *= Math.max(isPositive, slope);
    }
  }

  private static void rectify(float[] values, int from, int to, float slope) {
    for (int i = from; i < to; i++) {
      values[i] = Math.max(slope * values[i], values[i]);
    }
  }

  private static void gradient(float[] values, float[] epsilon, int length, float slope) {
    for (int i = 0; i < length; i++) {
      values[i] = scaled(epsilon[i], values[i], slope);
    }
  }

  // Without branches, as a processor cannot predict the signs.
  private static float scaled(float error, float value, float slope) {
    int negative = Float.floatToRawIntBits(value) >> 31;
    int kept = Float.floatToRawIntBits(error) & ~negative;
    int scaled = Float.floatToRawIntBits(slope * error) & negative;
    return Float.intBitsToFloat(kept | scaled);
  }
}
