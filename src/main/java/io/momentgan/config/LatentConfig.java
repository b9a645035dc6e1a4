package io.momentgan.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.Serializable;

/**
 * The latent vectors z.
 *
 * @param size number of components
 * @param distribution what each component is drawn from
 */
public record LatentConfig(int size, Distribution distribution) implements Serializable {
  /** Checks each setting by itself. */
  public LatentConfig {
    ConfigException.check(size > 0, "latent.size", size, "a positive number");
  }

  /** What the components of z are drawn from. */
  public enum Distribution {
    /** Uniform in [-1, 1). */
    @JsonProperty("uniform")
    UNIFORM,
    /** Normal with mean 0 and standard deviation 1. */
    @JsonProperty("gaussian")
    GAUSSIAN
  }
}
