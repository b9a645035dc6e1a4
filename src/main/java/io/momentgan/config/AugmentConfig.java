package io.momentgan.config;

import static io.momentgan.config.ConfigException.check;

import java.io.Serializable;

/**
 * Differentiable augmentation of every image that the discriminator sees, real and generated (Zhao
 * et al. 2020, "Differentiable Augmentation for Data-Efficient GAN Training").
 *
 * @param colour strength of random brightness, saturation and contrast in [0, 1]; 1 as in the
 *     paper, 0 for none
 * @param translation largest shift as a share of height and width, 0.125 in the paper; 0 for none
 * @param cutout side of the square that is cut out, as a share of height and width, 0.5 in the
 *     paper; 0 for none
 */
public record AugmentConfig(double colour, double translation, double cutout)
    implements Serializable {
  public AugmentConfig {
    check(colour >= 0 && colour <= 1, "colour", colour, "a strength in [0, 1]");
    check(
        translation >= 0 && translation <= 0.5,
        "translation",
        translation,
        "a share of the side in [0, 0.5]");
    check(cutout >= 0 && cutout < 1, "cutout", cutout, "a share of the side in [0, 1)");
  }

  /** Whether any image is augmented. */
  public boolean on() {
    return colour > 0 || translation > 0 || cutout > 0;
  }
}
