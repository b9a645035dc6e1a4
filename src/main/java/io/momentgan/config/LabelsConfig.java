package io.momentgan.config;

import static io.momentgan.config.ConfigException.check;
import static io.momentgan.config.ConfigException.checkPositive;

import java.io.Serializable;

/**
 * How the networks use the images' classes. A batch of generated images has the classes of the real
 * batch that it is compared with.
 *
 * @param classes number of classes, labelled from 0; 0 if labels are not used
 * @param generator how the generator receives the class to draw
 * @param discriminator how the discriminator receives or predicts the class
 * @param embedding length of a class's vector, for a generator with an embedding
 * @param classWeight weight of the class head's loss in both networks' losses
 */
public record LabelsConfig(
    int classes, Use generator, Use discriminator, int embedding, double classWeight)
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
        generator != Use.CLASS_HEAD,
        "generator",
        "class-head",
        "one-hot or embedding (only a discriminator can tell classes)");
    checkPositive("embedding", embedding);
    checkPositive("class-weight", classWeight);
  }

  /** Whether labels are used. */
  public boolean on() {
    return classes > 0;
  }

  /** Number of classes that the discriminator predicts; 0 without a class head. */
  public int classHead() {
    return discriminator == Use.CLASS_HEAD ? classes : 0;
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
    /** The discriminator predicts the class (AC-GAN, Odena et al. 2017). */
    CLASS_HEAD
  }
}
