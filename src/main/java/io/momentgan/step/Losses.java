package io.momentgan.step;

import io.momentgan.moments.MomentDistance;
import java.io.Serializable;

/**
 * The figures of a batch.
 *
 * @param discriminator loss of the discriminator: sum of the means over the real and the generated
 *     batch, a class head's loss and penalties on the gradient included
 * @param generator loss of the generator, a class head's loss and the moment penalty included
 * @param generatorBce adversarial part of the generator's loss
 * @param momentMean mean term of the moment distance, in the original's units
 * @param momentVariance variance term of the moment distance, in the original's units
 * @param dReal mean probability that the discriminator gives real images
 * @param dFake mean probability that it gives generated images
 * @param dGradientNorm Euclidean norm of the gradient of the discriminator's loss; 0 without update
 * @param gGradientNorm Euclidean norm of the gradient of the generator's loss, moment penalty
 *     included; 0 without update
 * @param discriminatorBce adversarial part of the discriminator's loss
 * @param gradientPenalty penalties on the discriminator's gradient; 0 without any
 */
public record Losses(
    double discriminator,
    double generator,
    double generatorBce,
    double momentMean,
    double momentVariance,
    double dReal,
    double dFake,
    double dGradientNorm,
    double gGradientNorm,
    double discriminatorBce,
    double gradientPenalty)
    implements Serializable {
  /** No figures: the neutral element of {@link #plus}. */
  public static final Losses ZERO = new Losses(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

  /** Returns this + weight * other. */
  public Losses plus(Losses other, double weight) {
    return new Losses(
        discriminator + weight * other.discriminator,
        generator + weight * other.generator,
        generatorBce + weight * other.generatorBce,
        momentMean + weight * other.momentMean,
        momentVariance + weight * other.momentVariance,
        dReal + weight * other.dReal,
        dFake + weight * other.dFake,
        dGradientNorm + weight * other.dGradientNorm,
        gGradientNorm + weight * other.gGradientNorm,
        discriminatorBce + weight * other.discriminatorBce,
        gradientPenalty + weight * other.gradientPenalty);
  }

  /** The moment distance. */
  public MomentDistance distance() {
    return new MomentDistance(momentMean, momentVariance);
  }

  /**
   * Whether every loss is finite. Gradient norms do not count: one that overflows shows in the
   * losses of the next batch.
   */
  public boolean isFinite() {
    return Double.isFinite(
        discriminator + generator + generatorBce + momentMean + momentVariance + dReal + dFake);
  }
}
