package io.momentgan.kernels;

import io.momentgan.kernels.loops.Pieces;
import io.momentgan.kernels.loops.Vectors;
import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.AdamUpdater;

/**
 * Adam's update in pieces: copied to the heap, computed in one loop that the JIT compiler
 * vectorises, and copied back.
 */
// Stock Adam takes about 20 ns for each parameter.
public final class VectorAdamUpdater extends AdamUpdater {
  private static final long serialVersionUID = 1L;

  private static final int PIECE = 8192; // fits the second-level cache; longer copies are faster

  private final float[] gradients = new float[PIECE];
  private final float[] firstMoments = new float[PIECE];
  private final float[] secondMoments = new float[PIECE];
  private final float[] parameters = new float[PIECE];

  private final boolean epsilonInside;

  VectorAdamUpdater(VectorAdam config) {
    super(config);
    this.epsilonInside = config.isEpsilonInside();
  }

  /**
   * Overwrites the gradient by the update, {@code lr_t * m / (sqrt(v) + epsilon)}, or with the root
   * of {@code v + epsilon}.
   */
  @Override
  public void applyUpdater(INDArray gradient, int iteration, int epoch) {
    float rate = rate(iteration, epoch);
    FloatPointer g = Pieces.pointer(gradient);
    FloatPointer m = Pieces.pointer(getM());
    FloatPointer v = Pieces.pointer(getV());
    for (long from = 0; from < gradient.length(); from += PIECE) {
      int length = (int) Math.min(PIECE, gradient.length() - from);
      g.position(from).get(gradients, 0, length);
      replaceByUpdate(m.position(from), v.position(from), length, 1, rate);
      g.position(from).put(gradients, 0, length);
    }
  }

  /**
   * Updates parameters in place.
   *
   * @param params the parameters
   * @param gradient their gradient, summed over a batch; unchanged
   * @param batchSize divides the gradient
   * @param iteration number of earlier updates
   * @return sum of the squares of the summed gradient
   */
  public double update(INDArray params, INDArray gradient, int batchSize, int iteration) {
    float rate = rate(iteration, 0);
    float scale = (float) (1.0 / batchSize);
    float[] squares = new float[PIECE];
    FloatPointer p = Pieces.pointer(params);
    FloatPointer g = Pieces.pointer(gradient);
    FloatPointer m = Pieces.pointer(getM());
    FloatPointer v = Pieces.pointer(getV());
    for (long from = 0; from < gradient.length(); from += PIECE) {
      int length = (int) Math.min(PIECE, gradient.length() - from);
      g.position(from).get(gradients, 0, length);
      addSquares(gradients, squares, length);
      replaceByUpdate(m.position(from), v.position(from), length, scale, rate);
      p.position(from).get(parameters, 0, length);
      Vectors.subtract(parameters, gradients, length);
      p.position(from).put(parameters, 0, length);
    }
    double sum = 0;
    for (float square : squares) {
      sum += square;
    }
    return sum;
  }

  private float rate(int iteration, int epoch) {
    double t = iteration + 1.0;
    double correction =
        Math.sqrt(1 - Math.pow(getConfig().getBeta2(), t))
            / (1 - Math.pow(getConfig().getBeta1(), t));
    return (float) (getConfig().getLearningRate(iteration, epoch) * correction);
  }

  /** Overwrites the gradients of a piece by their update; m and v are its moments. */
  private void replaceByUpdate(
      FloatPointer m, FloatPointer v, int length, float scale, float rate) {
    m.get(firstMoments, 0, length);
    v.get(secondMoments, 0, length);
    update(length, scale, rate);
    m.put(firstMoments, 0, length);
    v.put(secondMoments, 0, length);
  }

  private void update(int length, float scale, float rate) {
    float beta1 = (float) getConfig().getBeta1();
    float beta2 = (float) getConfig().getBeta2();
    // In double: 1 - 0.999f is off by 1e-5, and the updates with it.
    float share1 = (float) (1 - getConfig().getBeta1());
    float share2 = (float) (1 - getConfig().getBeta2());
    float epsilon = (float) getConfig().getEpsilon();
    float inside = epsilonInside ? epsilon : 0;
    float outside = epsilonInside ? 0 : epsilon;
    float[] g = gradients;
    float[] m = firstMoments;
    float[] v = secondMoments;
    for (int i = 0; i < length; i++) {
      float gradient = scale * g[i];
      float first = beta1 * m[i] + share1 * gradient;
      float second = beta2 * v[i] + share2 * gradient * gradient;
      m[i] = first;
      v[i] = second;
      g[i] = rate * first / ((float) Math.sqrt(second + inside) + outside);
    }
  }

  // As many sums as a piece is long: each adds few floats, so little is rounded.
  private static void addSquares(float[] values, float[] squares, int length) {
    for (int i = 0; i < length; i++) {
      squares[i] += values[i] * values[i];
    }
  }

  @Override
  public boolean equals(Object other) {
    return this == other;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(this);
  }
}
