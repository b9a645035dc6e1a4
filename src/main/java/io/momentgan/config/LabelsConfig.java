package io.momentgan.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.Serializable;

/**
 * What networks are told of the images' classes. A batch of generated images has the classes of the
 * real batch that it is compared with.
 *
 * @param classes how many there are, labelled from 0; 0 when labels are not used
 * @param generator how the generator is told the class that it shall draw
 * @param discriminator how the discriminator is told the class, or that it shall tell it
 * @param embedding values of a class's vector, for a generator with an embedding
 * @param classWeight weight of the class head's loss in both networks' losses
 */
public record LabelsConfig(
    int classes, Use generator, Use discriminator, int embedding, double classWeight)
    implements Serializable {
  /** Largest number of classes: labels are bytes. */
  public static final int MAX_CLASSES = 256;

  /** Checks each setting by itself and the two networks together. */
  public LabelsConfig {
    ConfigException.check(
        classes == 0 || (classes >= 2 && classes <= MAX_CLASSES),
        "labels.classes",
        classes,
        "0 (labels are not used), or 2 to " + MAX_CLASSES);
    ConfigException.check(
        generator != Use.CLASS_HEAD,
        "labels.generator",
        "class-head",
        "one-hot or embedding (only a discriminator can tell classes)");
    ConfigException.check(embedding > 0, "labels.embedding", embedding, "a positive number");
    ConfigException.check(classWeight > 0, "labels.class-weight", classWeight, "a positive number");
  }

  /** Whether labels are used. */
  public boolean on() {
    return classes > 0;
  }

  /** Classes that the discriminator tells apart; 0 where it has no class head. */
  public int classHead() {
    return discriminator == Use.CLASS_HEAD ? classes : 0;
  }

  /** What a network does with labels. */
  public enum Use {
    /**
     * Every layer with weights gets the class beside its input: a vector with 1 at the class, or as
     * many constant channels (Mirza and Osindero 2014; DCGAN's TensorFlow port).
     */
    @JsonProperty("one-hot")
    ONE_HOT,
    /**
     * The input gets a trained vector of the class beside it; images get it as one more channel
     * (ganhacks 16).
     */
    @JsonProperty("embedding")
    EMBEDDING,
    /** The discriminator is not told, but tells (AC-GAN, Odena et al. 2017). */
    @JsonProperty("class-head")
    CLASS_HEAD
  }
}
