package io.momentgan.config;

import static io.momentgan.config.ConfigException.check;
import static io.momentgan.config.ConfigException.checkPositive;

import java.io.Serializable;
import java.util.Locale;

/**
 * How the networks use the images' classes. A batch of generated images has the classes of the real
 * batch that it is compared with.
 *
 * @param classes number of classes, labelled from 0; 0 if labels are not used
 * @param generator how the generator receives the class to draw
 * @param discriminator how the discriminator receives or predicts the class
 * @param embedding length of a class's vector, for a generator with an embedding
 * @param classWeight weight of the loss of the classes: a class head's in both networks' losses, a
 *     classifier's in the discriminator's
 * @param perClass number of images of each class whose labels a classifier learns from, drawn by
 *     the seed; the labels of all others are never used; 0 for all
 */
public record LabelsConfig(
    int classes, Use generator, Use discriminator, int embedding, double classWeight, int perClass)
    implements Serializable {
  /** Largest number of classes: labels are bytes. */
  public static final int MAX_CLASSES = 256;

  public LabelsConfig {
    check(
        classes == 0 || (classes >= 2 && classes <= MAX_CLASSES),
        "classes",
        classes,
        "0 (labels are not used), or 2 to " + MAX_CLASSES);
    check(
        generator != Use.CLASS_HEAD && generator != Use.CLASSIFIER,
        "generator",
        name(generator),
        "one-hot, embedding or none (only a discriminator can tell classes)");
    check(
        classes == 0 || discriminator != Use.CLASSIFIER || generator == Use.NONE,
        "generator",
        name(generator),
        "none with labels.discriminator classifier (generated images have no class)");
    check(
        classes == 0 || discriminator != Use.CLASS_HEAD || generator != Use.NONE,
        "generator",
        name(generator),
        "one-hot or embedding with labels.discriminator class-head (which tells the class that was drawn)");
    check(
        perClass >= 0 && (perClass == 0 || (classes > 0 && discriminator == Use.CLASSIFIER)),
        "per-class",
        perClass,
        "0 (all labels), or a number of images with labels.classes and labels.discriminator classifier");
    checkPositive("embedding", embedding);
    checkPositive("class-weight", classWeight);
  }

  private static String name(Use use) {
    return use.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Whether labels are used. */
  public boolean on() {
    return classes > 0;
  }

  /** Number of classes that the generator is told; 0 if it is told none. */
  public int drawn() {
    return generator == Use.NONE ? 0 : classes;
  }

  /** Whether the discriminator is a classifier of K + 1 classes. */
  public boolean classifier() {
    return on() && discriminator == Use.CLASSIFIER;
  }

  /** Number of classes that the discriminator predicts; 0 if it predicts none. */
  public int predicted() {
    return discriminator == Use.CLASS_HEAD || discriminator == Use.CLASSIFIER ? classes : 0;
  }

  /** Number of the discriminator's outputs. */
  public int outputs() {
    return classifier() ? classes : 1 + predicted();
  }

  /** How a network uses labels. */
  public enum Use {
    /**
     * Every layer with weights gets the class beside its input: a vector with 1 at the class, or as
     * many constant channels (Mirza and Osindero 2014; DCGAN's TensorFlow port).
     */
    ONE_HOT,
    /**
     * The input gets a trained vector of the class beside it; images get it as one more channel
     * (ganhacks 16).
     */
    EMBEDDING,
    /** The discriminator predicts the class beside being real (AC-GAN, Odena et al. 2017). */
    CLASS_HEAD,
    /**
     * The discriminator has a logit for each class. An image is generated if it is of none: the
     * logit of being real is log(sum exp(l)) (Salimans et al. 2016, section 5). Generated images
     * have no class.
     */
    CLASSIFIER,
    /** The network is not told of classes. */
    NONE
  }
}
