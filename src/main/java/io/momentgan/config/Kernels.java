package io.momentgan.config;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What computes layers, activations and optimizers in training on CPUs. */
public enum Kernels {
  /** MomentGAN's own, where there is one; stock Deeplearning4j's elsewhere and on GPUs. */
  @JsonProperty("fast")
  FAST,
  /** Deeplearning4j's own throughout: what the fast ones are checked against. */
  @JsonProperty("stock")
  STOCK
}
