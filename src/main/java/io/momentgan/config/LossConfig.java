package io.momentgan.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.Serializable;

/**
 * The adversarial losses: binary cross-entropy on logits.
 *
 * @param generator form of the generator's loss
 * @param realTarget target of the discriminator for real images; 0.9 is one-sided label smoothing
 * @param fakeTarget target of the discriminator for generated images
 */
public record LossConfig(Generator generator, double realTarget, double fakeTarget)
    implements Serializable {
  /** Checks each setting by itself and the two targets together. */
  public LossConfig {
    ConfigException.check(
        realTarget > 0 && realTarget <= 1, "loss.real-target", realTarget, "a target in (0, 1]");
    ConfigException.check(
        fakeTarget >= 0 && fakeTarget < realTarget,
        "loss.fake-target",
        fakeTarget,
        "a target of at least 0 and below loss.real-target (" + realTarget + ")");
  }

  /** Form of the generator's loss. */
  public enum Generator {
    /** Minimise -log D(G(z)) (Goodfellow et al. 2014, end of section 3). */
    @JsonProperty("non-saturating")
    NON_SATURATING,
    /** Minimise log(1 - D(G(z))) (Goodfellow et al. 2014, equation 1). */
    @JsonProperty("minimax")
    MINIMAX
  }
}
