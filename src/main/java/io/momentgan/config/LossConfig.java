package io.momentgan.config;

import static io.momentgan.config.ConfigException.check;

import java.io.Serializable;
import java.util.List;

/**
 * The adversarial losses, on logits.
 *
 * @param type kind of loss
 * @param generator form of the generator's cross-entropy
 * @param weight factor of the discriminator's adversarial loss; 0 trains a classifier by its labels
 *     alone
 * @param features what feature matching compares
 * @param realTarget target of the discriminator for real images; 0.9 is one-sided label smoothing
 * @param fakeTarget target of the discriminator for generated images
 * @param realRange range [low, high) of targets drawn uniformly per real image, in place of {@code
 *     realTarget}; or empty
 * @param fakeRange range of targets drawn per generated image; or empty
 * @param flip probability that an image gets the other side's target
 * @param separateUpdates whether the discriminator is updated by the real batch and then by the
 *     generated one, instead of by both together
 * @param clip bound of the discriminator's weights after each update (Wasserstein GAN); 0 for none
 */
public record LossConfig(
    Type type,
    Generator generator,
    double weight,
    Features features,
    double realTarget,
    double fakeTarget,
    List<Double> realRange,
    List<Double> fakeRange,
    double flip,
    boolean separateUpdates,
    double clip)
    implements Serializable {
  public LossConfig {
    realRange = List.copyOf(realRange);
    fakeRange = List.copyOf(fakeRange);
    check(realTarget > 0 && realTarget <= 1, "real-target", realTarget, "a target in (0, 1]");
    check(
        fakeTarget >= 0 && fakeTarget < realTarget,
        "fake-target",
        fakeTarget,
        "a target of at least 0 and below loss.real-target (" + realTarget + ")");
    checkRange("real-range", realRange, type);
    checkRange("fake-range", fakeRange, type);
    check(flip >= 0 && flip < 0.5, "flip", flip, "a probability of at least 0 and below 0.5");
    check(clip >= 0, "clip", clip, "0 (none) or a positive bound");
    check(weight >= 0, "weight", weight, "0 or a positive number");
    check(
        type == Type.CROSS_ENTROPY || generator != Generator.MINIMAX,
        "generator",
        "minimax",
        "non-saturating or feature-matching (minimax is a form of loss.type cross-entropy)");
  }

  private static void checkRange(String key, List<Double> range, Type type) {
    check(
        range.isEmpty() || (range.size() == 2 && range.get(0) < range.get(1)),
        key,
        range,
        "[] or [low, high] such as [0.7, 1.2]");
    check(
        range.isEmpty() || type.hasTargets(),
        key,
        range,
        "[] with this loss.type (it has no targets)");
  }

  /** Whether a target is drawn for each image. */
  public boolean drawsTargets() {
    return !realRange.isEmpty() || !fakeRange.isEmpty() || flip > 0;
  }

  /** Kind of loss. */
  public enum Type {
    /** Binary cross-entropy (Goodfellow et al. 2014). */
    CROSS_ENTROPY,
    /** Half the squared distance from the target; the generator's target is 1 (Mao et al. 2017). */
    LEAST_SQUARES,
    /** max(0, 1 - l) for real and max(0, 1 + l) for generated images (Lim and Ye 2017). */
    HINGE,
    /** The difference of the mean logits (Arjovsky et al. 2017). */
    WASSERSTEIN;

    /** Whether the discriminator's outputs have target values. */
    public boolean hasTargets() {
      return this == CROSS_ENTROPY || this == LEAST_SQUARES;
    }
  }

  /** Form of the generator's loss. */
  public enum Generator {
    /** Minimise -log D(G(z)) (Goodfellow et al. 2014, end of section 3). */
    NON_SATURATING,
    /** Minimise log(1 - D(G(z))) (Goodfellow et al. 2014, equation 1). */
    MINIMAX,
    /**
     * Minimise the distance between the means of the discriminator's features of generated and real
     * images, whatever the type of the loss (Salimans et al. 2016, section 3.1).
     */
    FEATURE_MATCHING
  }

  /**
   * The features that feature matching compares.
   *
   * @param layer number of the discriminator's hidden layer whose outputs they are, from 1; 0 for
   *     the last one beside noise and dropout
   * @param distance between the means
   */
  public record Features(int layer, Distance distance) implements Serializable {
    public Features {
      check(layer >= 0, "layer", layer, "0 (the last) or the number of a hidden layer, from 1");
    }

    /** A distance between means of features, averaged over the features. */
    public enum Distance {
      /** Squared differences. */
      SQUARED,
      /** Absolute differences. */
      ABSOLUTE
    }
  }
}
