package io.momentgan.evaluation;

import io.momentgan.config.LossConfig;
import java.util.List;

/**
 * The losses where neither network wins: generated images are distributed as the real ones, and the
 * discriminator is the best possible. NaN where a loss has no such value.
 *
 * <p>With r and f the means of the targets of real and generated images and q the probability of a
 * flip, an image's mean target is {@code r' = (1 - q) r + q f}, or {@code f' = (1 - q) f + q r}. At
 * equilibrium the discriminator puts out the same for all images; {@code p = (r' + f') / 2 = (r +
 * f) / 2}. With {@code H(t) = -t ln t - (1 - t) ln(1 - t)}:
 *
 * <ul>
 *   <li>cross-entropy: the discriminator's loss is {@code H(r') + H(f')} if it knows each image's
 *       side, and {@code 2 H(p)} at equilibrium; the generator's is {@code -ln p}, or {@code ln(1 -
 *       p)} in the minimax form. Targets whose means lie outside of [0, 1] have no least loss.
 *   <li>least squares: {@code (Var r + Var f) / 2} (variances of the drawn targets, flips
 *       included), that plus {@code (r' - f')^2 / 4}, and {@code (p - 1)^2 / 2}
 *   <li>hinge: {@code 4 q}, and 2 for any output in [-1, 1], so the generator's is in [-1, 1]
 *   <li>relativistic: 0 if it tells all pairs apart, and ln 2, like the generator's, where it puts
 *       out the same for both images of a pair, whatever that is
 *   <li>feature matching: the generator's is 0, the distance between equal means
 *   <li>Wasserstein: the discriminator's loss is 0; it has no least value, and the generator's may
 *       be any
 * </ul>
 *
 * <p>Sources: Goodfellow et al. 2014, section 4; Mao et al. 2017; Lim and Ye 2017; Arjovsky et al.
 * 2017; Huang et al. 2024. A class head's loss and penalties are not part of any.
 *
 * @param floor the discriminator's least possible loss
 * @param discriminator its loss at equilibrium
 * @param lowestGenerator lowest loss of the generator at equilibrium, without moment penalty
 * @param highestGenerator highest loss of the generator at equilibrium
 * @param probability the discriminator's output at equilibrium as a probability
 */
public record Equilibrium(
    double floor,
    double discriminator,
    double lowestGenerator,
    double highestGenerator,
    double probability) {
  private static final double LN_2 = Math.log(2);

  /** The equilibrium of a loss. */
  public static Equilibrium of(LossConfig loss) {
    Equilibrium equilibrium = adversarial(loss);
    return loss.generator() == LossConfig.Generator.FEATURE_MATCHING
        ? new Equilibrium(
            equilibrium.floor, equilibrium.discriminator, 0, 0, equilibrium.probability)
        : equilibrium;
  }

  private static Equilibrium adversarial(LossConfig loss) {
    Target real = Target.of(loss.realRange(), loss.realTarget());
    Target fake = Target.of(loss.fakeRange(), loss.fakeTarget());
    Target flippedReal = real.mixed(fake, loss.flip());
    Target flippedFake = fake.mixed(real, loss.flip());
    double p = (real.mean() + fake.mean()) / 2;
    return switch (loss.type()) {
      case CROSS_ENTROPY -> {
        boolean minimax = loss.generator() == LossConfig.Generator.MINIMAX;
        double generator = minimax ? Math.log(1 - p) : -Math.log(p);
        double floor = entropy(flippedReal.mean()) + entropy(flippedFake.mean());
        yield new Equilibrium(floor, 2 * entropy(p), generator, generator, p);
      }
      case LEAST_SQUARES -> {
        double floor = (flippedReal.variance() + flippedFake.variance()) / 2;
        double difference = flippedReal.mean() - flippedFake.mean();
        double generator = (p - 1) * (p - 1) / 2;
        yield new Equilibrium(
            floor,
            floor + difference * difference / 4,
            generator,
            generator,
            1 / (1 + Math.exp(-p)));
      }
      case HINGE -> new Equilibrium(4 * loss.flip(), 2, -1, 1, Double.NaN);
      case RELATIVISTIC -> new Equilibrium(0, LN_2, LN_2, LN_2, Double.NaN);
      case WASSERSTEIN -> new Equilibrium(Double.NaN, 0, Double.NaN, Double.NaN, Double.NaN);
    };
  }

  /** How far the discriminator's loss falls from the equilibrium to its floor. */
  public double gap() {
    return discriminator - floor;
  }

  /** Entropy of a target in nats; NaN outside of [0, 1], where the loss has no least value. */
  private static double entropy(double t) {
    if (t < 0 || t > 1) {
      return Double.NaN;
    }
    return t == 0 || t == 1 ? 0 : -t * Math.log(t) - (1 - t) * Math.log(1 - t);
  }

  /** Mean and variance of the targets of one side. */
  private record Target(double mean, double variance) {
    static Target of(List<Double> range, double fixed) {
      if (range.isEmpty()) {
        return new Target(fixed, 0);
      }
      double width = range.get(1) - range.get(0);
      return new Target((range.get(0) + range.get(1)) / 2, width * width / 12);
    }

    /** These targets, some of them replaced by the other side's. */
    Target mixed(Target other, double share) {
      double difference = mean - other.mean;
      return new Target(
          (1 - share) * mean + share * other.mean,
          (1 - share) * variance
              + share * other.variance
              + share * (1 - share) * difference * difference);
    }
  }
}
