package io.momentgan.kernels;

import org.bytedeco.javacpp.FloatPointer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.AdamUpdater;

/**
 * Adam's update in pieces that fit the first-level cache: copied to the heap, computed in one loop
 * that the JVM's compiler vectorises, and copied back. Stock Adam takes about 20 ns per parameter.
 */
final class VectorAdamUpdater extends AdamUpdater {
  private static final long serialVersionUID = 1L;

  private final float[] gradients = new float[Pieces.LENGTH];
  private final float[] firstMoments = new float[Pieces.LENGTH];
  private final float[] secondMoments = new float[Pieces.LENGTH];

  VectorAdamUpdater(VectorAdam config) {
    super(config);
  }

  /** Replaces the gradient by the update: {@code lr_t * m / (sqrt(v) + epsilon)}. */
  @Override
  public void applyUpdater(INDArray gradient, int iteration, int epoch) {
    double t = iteration + 1.0;
    double correction =
        Math.sqrt(1 - Math.pow(getConfig().getBeta2(), t))
            / (1 - Math.pow(getConfig().getBeta1(), t));
    float rate = (float) (getConfig().getLearningRate(iteration, epoch) * correction);
    FloatPointer g = Pieces.pointer(gradient);
    FloatPointer m = Pieces.pointer(getM());
    FloatPointer v = Pieces.pointer(getV());
    for (long from = 0; from < gradient.length(); from += Pieces.LENGTH) {
      int length = (int) Math.min(Pieces.LENGTH, gradient.length() - from);
      g.position(from).get(gradients, 0, length);
      m.position(from).get(firstMoments, 0, length);
      v.position(from).get(secondMoments, 0, length);
      update(length, rate);
      g.position(from).put(gradients, 0, length);
      m.position(from).put(firstMoments, 0, length);
      v.position(from).put(secondMoments, 0, length);
    }
  }

  private void update(int length, float rate) {
    float beta1 = (float) getConfig().getBeta1();
    float beta2 = (float) getConfig().getBeta2();
    // In double: 1 - 0.999f is off by 1e-5, and the updates with it.
    float share1 = (float) (1 - getConfig().getBeta1());
    float share2 = (float) (1 - getConfig().getBeta2());
    float epsilon = (float) getConfig().getEpsilon();
    float[] g = gradients;
    float[] m = firstMoments;
    float[] v = secondMoments;
    for (int i = 0; i < length; i++) {
      float gradient = g[i];
      float first = beta1 * m[i] + share1 * gradient;
      float second = beta2 * v[i] + share2 * gradient * gradient;
      m[i] = first;
      v[i] = second;
      g[i] = rate * first / ((float) Math.sqrt(second) + epsilon);
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
