package io.momentgan.run.metrics;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.momentgan.evaluation.Quality;
import io.momentgan.extractor.ExtractorTask;

/**
 * One line of {@code metrics/quality.jsonl}: an evaluation of a checkpoint. The measures of {@link
 * Quality} stand in the line itself, its bounds in {@code real} and {@code independent_pixels}.
 *
 * @param epoch of the checkpoint
 * @param round of the checkpoint
 * @param weights whose images: "raw" or "ema"
 * @param quality the measures
 * @param classHeadAccuracy share of the test images whose class the discriminator names; NaN for
 *     one that names no classes, and without test images
 * @param extractor name of the feature extractor; figures of others are not comparable
 * @param extractorAccuracy share of the held-out images whose class, or angle, it names
 * @param latentSeed seed of the latent vectors
 * @param version of the software
 * @param seconds time that measuring the images took
 * @param real the measures of held-out real images: the floor
 * @param independentPixels the measures of independent pixels: the ceiling
 */
public record QualityLine(
    int epoch,
    long round,
    String weights,
    @JsonUnwrapped Quality quality,
    double classHeadAccuracy,
    String extractor,
    double extractorAccuracy,
    long latentSeed,
    String version,
    double seconds,
    Quality real,
    Quality independentPixels)
    implements EvaluationLine<QualityLine> {
  @JsonProperty("fd_floor")
  double fdFloor() {
    return real.fd();
  }

  @JsonProperty("fd_ceiling")
  double fdCeiling() {
    return independentPixels.fd();
  }

  /** Names the features that images were compared in, beside figures. */
  public String features() {
    return ExtractorTask.describe(extractor, extractorAccuracy);
  }

  @Override
  public boolean replaces(QualityLine other) {
    return isOf(other.round, other.weights)
        && extractor.equals(other.extractor)
        && latentSeed == other.latentSeed
        && quality.n() == other.quality.n();
  }
}
