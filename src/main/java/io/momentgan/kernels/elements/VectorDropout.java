package io.momentgan.kernels.elements;

import io.momentgan.kernels.loops.HostArrays;
import io.momentgan.kernels.loops.Pieces;
import java.util.SplittableRandom;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Inverted dropout that stores the seed of its mask, drawn by ND4J's generator, instead of the
 * mask. Each value takes 16 random bits, so the kept share is rounded to a multiple of 2^-16.
 */
public final class VectorDropout extends Dropout {
  private static final long serialVersionUID = 1L;
  private static final int BITS = 16;
  private static final int STEPS = 1 << BITS;
  private static final int PER_DRAW = Long.SIZE / BITS;

  private final int kept;
  private transient long seed;
  private transient boolean fits;

  /**
   * Defines dropout.
   *
   * @param kept probability of keeping a value, in (0, 1)
   */
  public VectorDropout(double kept) {
    super(kept);
    this.kept = Math.max(1, (int) Math.round(kept * STEPS));
  }

  @Override
  public INDArray applyDropout(
      INDArray input, INDArray result, int iteration, int epoch, LayerWorkspaceMgr workspaces) {
    fits = Pieces.fit(input, result) && input.ordering() == 'c'; // backprop masks rows
    if (!fits) {
      return super.applyDropout(input, result, iteration, epoch, workspaces);
    }
    seed = Nd4j.getRandom().nextLong();
    mask(input, result);
    return result;
  }

  @Override
  public INDArray backprop(INDArray errors, INDArray result, int iteration, int epoch) {
    if (!fits) {
      return super.backprop(errors, result, iteration, epoch);
    }
    mask(HostArrays.block(errors), result);
    return result;
  }

  private void mask(INDArray from, INDArray to) {
    SplittableRandom random = new SplittableRandom(seed);
    float scale = (float) (1 / getP());
    Pieces.write(
        from,
        to,
        (values, length) -> {
          for (int i = 0; i < length; i += PER_DRAW) {
            long bits = random.nextLong();
            int end = Math.min(length, i + PER_DRAW);
            for (int j = i; j < end; j++) {
              int below = (((int) bits & (STEPS - 1)) - kept) >> 31;
              values[j] = Float.intBitsToFloat(Float.floatToRawIntBits(values[j] * scale) & below);
              bits >>>= BITS;
            }
          }
        });
  }

  @Override
  public VectorDropout clone() {
    return new VectorDropout(getP());
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
