package io.momentgan.run.metrics;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.momentgan.evaluation.LogLikelihood;

/**
 * One line of {@code metrics/likelihood.jsonl}: the log-likelihood of test images under a Parzen
 * window on a checkpoint's images.
 *
 * @param epoch of the checkpoint
 * @param round of the checkpoint
 * @param weights whose images: "raw" or "ema"
 * @param likelihood the estimate
 * @param latentSeed seed of the latent vectors
 * @param version of the software
 */
public record LikelihoodLine(
    int epoch,
    long round,
    String weights,
    @JsonUnwrapped LogLikelihood likelihood,
    long latentSeed,
    String version)
    implements EvaluationLine<LikelihoodLine> {
  @Override
  public boolean replaces(LikelihoodLine other) {
    return isOf(other.round, other.weights)
        && latentSeed == other.latentSeed
        && likelihood.samples() == other.likelihood.samples();
  }
}
