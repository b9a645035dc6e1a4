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
 * @param gradientPenalty keeps the discriminator from being steep
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
    double clip,
    GradientPenalty gradientPenalty)
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
    boolean paired = type == Type.RELATIVISTIC;
    check(!paired || flip == 0, "flip", flip, "0 with loss.type relativistic (it has no targets)");
    check(
        !separateUpdates || !paired,
        "separate-updates",
        true,
        "false with loss.type relativistic (a pair is of both batches)");
    check(
        !separateUpdates || !gradientPenalty.on(),
        "separate-updates",
        true,
        "false with loss.gradient-penalty (which belongs to one update of both batches)");
    check(
        clip == 0 || gradientPenalty.wganGp() == 0,
        "clip",
        clip,
        "0 with loss.gradient-penalty.wgan-gp (which takes its place)");
  }

  /**
   * Refuses losses that do not go with the discriminator, its classes, what it is shown or when.
   */
  void checkBeside(
      NetworkConfig discriminator,
      LabelsConfig labels,
      DiscriminatorInputConfig input,
      TrainConfig train) {
    check(
        type != Type.WASSERSTEIN
            || clip > 0
            || gradientPenalty.on()
            || discriminator.spectralNorm(),
        "loss.clip",
        clip,
        "a positive bound such as 0.01 with loss.type wasserstein, or loss.gradient-penalty, or discriminator.spectral-norm (else the loss has no bound)");
    check(
        clip == 0 || !discriminator.spectralNorm(),
        "loss.clip",
        clip,
        "0 with discriminator.spectral-norm (both bound the same weights)");
    check(
        weight > 0 || labels.classifier(),
        "loss.weight",
        weight,
        "a positive number without labels.discriminator classifier (nothing would train it)");
    int normalised = discriminator.firstLayer(LayerConfig::batchNorm);
    check(
        normalised < 0 || type != Type.RELATIVISTIC,
        "discriminator.layers.%d.batch-norm".formatted(normalised),
        true,
        "false with loss.type relativistic (real and generated images pass as one batch); instance-norm goes with it");
    check(
        !discriminator.comparesBatch() || type != Type.RELATIVISTIC,
        "loss.type",
        "relativistic",
        "another type with a layer of type minibatch (real and generated images pass as one batch)");
    if (!gradientPenalty.on()) {
      return;
    }
    check(
        normalised < 0,
        "discriminator.layers.%d.batch-norm".formatted(normalised),
        true,
        "false with loss.gradient-penalty (an image's gradient would be that of its whole batch); instance-norm goes with it");
    check(
        !discriminator.comparesBatch(),
        "discriminator.layers.%d.type"
            .formatted(discriminator.firstLayer(LayerConfig.Minibatch.class::isInstance)),
        "minibatch",
        "another type with loss.gradient-penalty (an image's gradient would be that of its whole batch)");
    check(
        !labels.classifier(),
        "labels.discriminator",
        "classifier",
        "another use of labels with loss.gradient-penalty (a classifier has no output of its own for being real)");
    check(
        gradientPenalty.every() == 1 || (train.dSteps() == 1 && train.thresholds().dLoss() == 0),
        "loss.gradient-penalty.every",
        gradientPenalty.every(),
        "1 with train.d-steps of more than 1 or train.thresholds.d-loss");
    check(
        gradientPenalty.wganGp() == 0 || !labels.on() || input.replayCapacity() == 0,
        "discriminator-input.replay-capacity",
        input.replayCapacity(),
        "0 with loss.gradient-penalty.wgan-gp and labels.classes (an image between two classes has none)");
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
    WASSERSTEIN,
    /**
     * log(1 + exp(l' - l)) of each pair of a real image's logit l and a generated one's l', and of
     * -l and -l' for the generator (Jolicoeur-Martineau 2019; R3GAN, Huang et al. 2024, arXiv
     * 2501.05441).
     */
    RELATIVISTIC;

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

  /**
   * Penalties on the gradient of the discriminator's logit with respect to single images x, as it
   * is shown them. Each is a mean over the batch and part of the discriminator's loss. Their
   * gradients are second derivatives.
   *
   * @param wganGp weight of {@code (|grad D(x)| - 1)^2} at x = r + u (f - r), with a real image r,
   *     a generated one f and u uniform in [0, 1) (Gulrajani et al. 2017, arXiv 1704.00028); 0 for
   *     none
   * @param r1 gamma of {@code gamma / 2 |grad D(x)|^2} at real images (Mescheder et al. 2018, arXiv
   *     1801.04406); 0 for none
   * @param r2 gamma of the same at generated images; 0 for none
   * @param every updates of the discriminator from one with penalties to the next; there they weigh
   *     as many times as much (lazy regularisation, Karras et al. 2020)
   */
  public record GradientPenalty(double wganGp, double r1, double r2, int every)
      implements Serializable {
    private static final String NONE_OR_WEIGHT = "0 (none) or a positive weight";

    public GradientPenalty {
      check(wganGp >= 0, "wgan-gp", wganGp, NONE_OR_WEIGHT);
      check(r1 >= 0, "r1", r1, NONE_OR_WEIGHT);
      check(r2 >= 0, "r2", r2, NONE_OR_WEIGHT);
      check(
          wganGp == 0 || r1 + r2 == 0,
          "wgan-gp",
          wganGp,
          "0 with r1 or r2 (they pull the gradient's norm to 0, wgan-gp to 1)");
      check(every >= 1, "every", every, "1 (each update) or more");
      check(every == 1 || on(wganGp, r1, r2), "every", every, "1 without a penalty");
    }

    private static boolean on(double wganGp, double r1, double r2) {
      return wganGp + r1 + r2 > 0;
    }

    /** Whether there is any penalty. */
    public boolean on() {
      return on(wganGp, r1, r2);
    }
  }
}
