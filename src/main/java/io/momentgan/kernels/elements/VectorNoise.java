package io.momentgan.kernels.elements;

import io.momentgan.kernels.loops.Pieces;
import java.util.SplittableRandom;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.dropout.GaussianNoise;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Additive Gaussian noise from a seed that ND4J's generator draws. Each value takes 16 random bits,
 * which choose one of as many values of equal probability, from -4.3 to 4.3 standard deviations.
 */
public final class VectorNoise extends GaussianNoise {
  private static final long serialVersionUID = 1L;
  private static final int BITS = 16;
  private static final int STEPS = 1 << BITS;
  private static final int PER_DRAW = Long.SIZE / BITS;
  private static final float[] QUANTILES = quantiles();

  private static float[] quantiles() {
    NormalDistribution normal = new NormalDistribution();
    float[] quantiles = new float[STEPS];
    for (int i = 0; i < STEPS; i++) {
      quantiles[i] = (float) normal.inverseCumulativeProbability((i + 0.5) / STEPS);
    }
    return quantiles;
  }

  /**
   * Defines noise.
   *
   * @param sd its standard deviation, above 0
   */
  public VectorNoise(double sd) {
    super(sd);
  }

  @Override
  public INDArray applyDropout(
      INDArray input, INDArray result, int iteration, int epoch, LayerWorkspaceMgr workspaces) {
    if (!Pieces.fit(input, result)) {
      return super.applyDropout(input, result, iteration, epoch, workspaces);
    }
    SplittableRandom random = new SplittableRandom(Nd4j.getRandom().nextLong());
    float sd = (float) getStddev();
    Pieces.write(
        input,
        result,
        (values, length) -> {
          for (int i = 0; i < length; i += PER_DRAW) {
            long bits = random.nextLong();
            int end = Math.min(length, i + PER_DRAW);
            for (int j = i; j < end; j++) {
              values[j] += sd * QUANTILES[(int) bits & (STEPS - 1)];
              bits >>>= BITS;
            }
          }
        });
    return result;
  }

  @Override
  public VectorNoise clone() {
    return new VectorNoise(getStddev());
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
